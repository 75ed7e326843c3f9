"""Cells pasted into a list from a spreadsheet, and one cell filled into others."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import pasting, toasts
from crm.kernel.pages.views.lists import need


@require_POST
def paste(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """POST cells: JSON [[record id, field, text], …]. All of them, or a dialog that says which do not fit."""
    need(entity, "edit")
    try:
        given = msgspec.json.decode(request.POST.get("cells", ""), type=list[list[str]])
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise NotFound from None
    return _done(request, entity, lambda: pasting.put_in(entity, given))


@require_POST
def fill(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """POST source, field, ids: the records get the value of one of them."""
    need(entity, "edit")
    source = as_uuid(request.POST.get("source", ""))
    ids = [pk for pk in map(as_uuid, request.POST.getlist("ids")) if pk is not None and pk != source]
    if source is None:
        raise NotFound
    return _done(request, entity, lambda: pasting.fill_down(entity, source, request.POST.get("field", ""), ids))


def _done(request: HttpRequest, entity: Entity[Any], act: Callable[[], tuple[str, UUID | None]]) -> HttpResponse:
    try:
        text, change_set = act()
    except Wrong as refusal:
        words = {"entity": entity, "refusal": refusal, "cells": getattr(refusal, "cells", [])}
        return render(request, "pages/pasted.jinja", words, status=422)
    return toasts.later(HttpResponse(status=204, headers={"HX-Refresh": "true"}), text, change_set)  # type: ignore[return-value]
