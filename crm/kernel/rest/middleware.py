"""Outermost of the API: whatever fails under /api/ answers as problem+json, never as a page.

Addresses that do not exist, refusals at the sign-in edge, unknown hosts and bugs are answered by other layers as
HTML or redirects; a program cannot read those.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from crm.kernel.rest.problems import CONTENT_TYPE, problem

_CODES = {
    400: "bad-request",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    429: "too-many",
    503: "unavailable",
    507: "storage-full",
}
_PREFIXES = ("/api/v1", "/api/openapi.json")


class Problems:
    """Turns error pages of `/api/v1…` and `/api/openapi.json` into problem+json; leaves all else alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if not request.path.startswith(_PREFIXES):
            return answer
        status = answer.status_code
        if status in (301, 302, 303, 307, 308) and "/sign-in" in answer.get("Location", ""):
            status = 401
        if status < 400 or answer.get("Content-Type", "").startswith(CONTENT_TYPE):
            return answer
        return self._as_problem(answer, status)

    def _as_problem(self, answer: HttpResponseBase, status: int) -> HttpResponse:
        kept = {name: answer[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if name in answer}
        detail = getattr(answer, "said", "")
        if status == 401:
            kept.setdefault("WWW-Authenticate", 'Bearer realm="Kith"')
            detail = _("Send an API token: “Authorization: Bearer kith_…”.")
        elif status == 404:
            detail = _("There is nothing at this address.")
        code = _CODES.get(status, "failed" if status >= 500 else "bad-request")
        return problem(status, code, detail, headers=kept)
