"""Sharing one record from its page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import sharing, toasts
from crm.kernel.records.reading import fetch
from crm.kernel.records.sharing import unshare
from crm.kernel.records.undo import note


@require_http_methods(["GET", "POST"])
def shares(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """The dialog: who has the record beside those whose roles show it; POST adds one."""
    record = fetch(entity, pk, "edit" if request.method == "POST" else "view")
    if request.method != "POST":
        return _dialog(request, entity, record)
    try:
        name = sharing.share(entity, pk, request.POST)
    except Wrong as refusal:
        return _dialog(request, entity, record, refusal)
    act = note(_("%(record)s: shared with %(name)s") % {"record": entity.name_of(record), "name": name}, 1)
    said = _("Shared with %(name)s.") % {"name": name}
    return toasts.toast(_dialog(request, entity, record), said, act.pk)  # type: ignore[return-value]


@require_POST
def remove(request: HttpRequest, entity: Entity[Any], pk: UUID, share_id: UUID) -> HttpResponse:
    record = fetch(entity, pk, "edit")
    name = unshare(entity, pk, share_id)
    act = note(_("%(record)s: no longer shared with %(name)s") % {"record": entity.name_of(record), "name": name}, 1)
    return toasts.toast(_dialog(request, entity, record), _("No longer shared."), act.pk)  # type: ignore[return-value]


def _dialog(request: HttpRequest, entity: Entity[Any], record: Any, refusal: Wrong | None = None) -> HttpResponse:
    words = {
        "entity": entity, "record": record, "name": entity.name_of(record), "shared": sharing.shared(entity, record),
        "wrong": refusal.fields if refusal is not None else {}, "given": request.POST if refusal is not None else {},
        "told": request.method == "POST" and refusal is None,
    }
    return render(request, "pages/shares.jinja", words, status=422 if refusal is not None else 200)
