"""What is answered when no page could be made: short, in the reader's language, without a template that could fail.

Where htmx asked, a toast says it and the page stays as it is, with all that was typed. Programs get problem+json: the API's
middleware makes it of status and `said`.
"""

import errno
import json
import sys
from html import escape

import psycopg
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.built import manifest
from crm.kernel.base import room

_PAGE = (
    '<!doctype html><html lang="{language}" data-theme="light" data-theme-choice="system"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">{again}<title>{title} · Kith</title>{look}</head>'
    '<body><main class="sgn-f"><div class="sgn-m stack g4"><b>Kith</b><h1>{title}</h1><p class="c2">{text}</p>'
    '<p><a class="btn btn-l" href="{address}">{link}</a></p></div></main></body></html>'
)
_LOOK = '<script src="/static/{theme}"></script><link rel="stylesheet" href="/static/{style}">'
_AGAIN = '<meta http-equiv="refresh" content="{seconds}">'
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
#: Seconds until it makes sense to ask again.
_AWAY_SECONDS, _FULL_SECONDS = 5, 30


def _look() -> str:
    """The product's style; none where the front end was never built."""
    names = manifest()
    return _LOOK.format(theme=names["theme.js"], style=names["app.css"]) if names else ""


def _page(status: int, title: str, text: str, address: str = "/", link: str = "", again: int = 0) -> HttpResponse:
    parts = {
        "language": get_language() or "en", "title": title, "text": text, "address": address,
        "link": link or _("To the start page"),
    }  # fmt: skip
    safe = {name: escape(value) for name, value in parts.items()}
    made = _PAGE.format(**safe, look=_look(), again=_AGAIN.format(seconds=again) if again else "")
    return HttpResponse(made, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        400, _("This request is not understood"), _("Go back, load the page again and repeat what you did.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(403, _("You may not do this"), _("Ask an administrator of your workspace for the right."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(404, _("There is nothing here"), _("It was moved or deleted, or you may not see it."))


def server_error(request: HttpRequest) -> HttpResponse:
    """507 when the storage is full, 503 when the database does not answer: both pass. Else 500."""
    problem = sys.exc_info()[1]
    away = isinstance(problem, OperationalError | InterfaceError)
    if _is_full(problem) or (away and room.is_full()):
        return storage_full(request)
    if away:
        return database_away(request)
    return _page(500, _("Something went wrong in Kith"), _("Nothing was changed. The error is in the log."))


def _is_full(problem: BaseException | None) -> bool:
    if isinstance(problem, OSError):
        return problem.errno in _NO_SPACE
    return isinstance(problem.__cause__, psycopg.errors.DiskFull) if problem is not None else False


def storage_full(request: HttpRequest) -> HttpResponse:
    """507: nothing was saved. Reading goes on, so a page that could not be read is asked for again."""
    title = _("The storage is full")
    if request.method == "GET":
        text = _("Whoever looks after Kith has to make room on the disk. This page loads again by itself.")
    else:
        text = _("Nothing was saved. Go back: what you typed is still there. Send it again once there is room on the disk.")
    said = _("The storage is full: nothing was saved. Send it again once there is room on the disk.")
    return _passing(request, 507, title, text, said, _FULL_SECONDS)


def database_away(request: HttpRequest) -> HttpResponse:
    """503: a page asks again by itself; a form is still filled in when one goes back to it."""
    title = _("The database does not answer")
    if request.method == "GET":
        text = _("Nothing is lost. This page loads again by itself as soon as it can.")
    else:
        text = _("Go back: what you typed is still there. If it was not saved yet, send it again in a moment.")
    said = _("The database does not answer. If it was not saved yet, send it again in a moment.")
    return _passing(request, 503, title, text, said, _AWAY_SECONDS)


def _passing(request: HttpRequest, status: int, title: str, text: str, said: str, seconds: int) -> HttpResponse:
    """The answer to a trouble that passes: a toast where htmx asked for a part of a page, else a page."""
    if request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true":
        answer = HttpResponse(status=status, headers={"HX-Trigger": json.dumps({"toast": {"text": said, "tone": "bad"}})})
    elif request.method == "GET":
        answer = _page(status, title, text, request.get_full_path(), _("Try again"), seconds)
    else:
        answer = _page(status, title, text)
    answer.said = said  # type: ignore[attr-defined]
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer
