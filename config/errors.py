"""What is answered when no page could be made: short, in the reader's language, without a template that could fail."""

import sys
from html import escape

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

_PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title} · Kith</title><body><main><h1>{title}</h1><p>{text}</p>"
    '<p><a href="/">{home}</a></p></main></body></html>'
)


def _page(status: int, title: str, text: str) -> HttpResponse:
    parts = {"language": get_language() or "en", "title": title, "text": text, "home": _("To the start page")}
    return HttpResponse(_PAGE.format(**{name: escape(value) for name, value in parts.items()}), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        400, _("This request is not understood"), _("Go back, load the page again and repeat what you did.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(403, _("You may not do this"), _("Ask an administrator of your workspace for the right."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(404, _("There is nothing here"), _("It was moved or deleted, or you may not see it."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database does not answer: then trying again soon is good advice."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        answer = _page(503, _("The database does not answer"), _("Nothing is lost. Try again in a minute."))
        answer["Retry-After"] = "5"
        return answer
    return _page(500, _("Something went wrong in Kith"), _("Nothing was changed. The error is in the log."))
