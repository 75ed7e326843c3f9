"""Pages travel compressed: a board of 200 kB is 15 kB on a phone's network."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """Compresses HTML only: a compressed answer has a weak ETag, and programs send the API's ETags back. Secrets on a page cannot
    be told from its length, for Django masks the CSRF token and pads the answer by a random number of bytes."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
