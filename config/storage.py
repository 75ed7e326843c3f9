"""Nothing is written while the storage is full: what would be lost half-way is refused before it begins."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config import errors
from crm.kernel.base import room

_READS = ("GET", "HEAD", "OPTIONS", "TRACE")
#: Sent with POST, but they write nothing, or so little that it fits: who is signed out may still come in and read.
_ALLOWED = ("/sign-in", "/sign-out", "/language", "/similar", "/duplicates")


class Room:
    """Answers 507 to whatever means to write while the storage is full. Innermost, so that it speaks the person's language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in _READS and room.is_full() and not request.path.endswith(_ALLOWED):
            return errors.storage_full(request)
        return self.get_response(request)
