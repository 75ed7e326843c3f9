"""Telling what was done, with the way back."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

COOKIE = "kith_said"


def _detail(text: str, undo: UUID | str | None, tone: str, link: str) -> dict[str, Any]:
    detail: dict[str, Any] = {"text": str(text)}
    if undo is not None:
        detail["undo"] = undo if isinstance(undo, str) else reverse("pages.undo", kwargs={"change_set": undo})
    if tone:
        detail["tone"] = tone
    if link:
        detail |= {"link": link, "linkLabel": _("Open the record")}
    return detail


def trigger(response: HttpResponseBase, **events: Any) -> HttpResponseBase:
    """Adds events to the answer; the page's script acts on them."""
    known = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps(known | events)
    return response


def toast(response: HttpResponseBase, text: str, undo: UUID | str | None = None, tone: str = "", link: str = "") -> HttpResponseBase:
    """Shows a toast with this answer to htmx."""
    return trigger(response, toast=_detail(text, undo, tone, link))


def later(response: HttpResponseBase, text: str, undo: UUID | str | None = None, tone: str = "", link: str = "") -> HttpResponseBase:
    """Shows a toast on the next page (after a redirect); the page's script takes the cookie away. `undo`: a change set, or the
    address that takes back what no change set holds."""
    response.set_cookie(COOKIE, json.dumps(_detail(text, undo, tone, link)), max_age=30, samesite="Lax", path="/")
    return response


def told(request: HttpRequest | None) -> list[dict[str, Any]]:
    """What the last page left to be told."""
    raw = request.COOKIES.get(COOKIE) if request is not None else None
    if not raw:
        return []
    try:
        said = json.loads(raw)
    except ValueError:
        return []
    fits = isinstance(said, dict) and str(said.get("undo", "/undo/")).startswith("/undo/") and str(said.get("link", "/")).startswith("/")
    return [said] if fits else []
