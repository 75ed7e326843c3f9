"""Undo: from the toast, from the history of acts, from a record's history."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import NotFound
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import bin_screen, looks, toasts, undoing
from crm.kernel.pages.cells import record_url
from crm.kernel.records import undo, undo_all
from crm.kernel.records.acts import ours
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.reading import fetch


@require_GET
def acts(request: HttpRequest) -> HttpResponse:
    """What a person did, newest first, each with its way back."""
    found = undoing.acts(request.GET.get("who", ""), request.GET.get("before", ""))
    rows = [(row, undoing.partly(row)) for row in found.rows]
    return render(request, "pages/acts.jinja", {"acts": found, "rows": rows, "here": "acts", "everybody": undoing.EVERYBODY})


@require_GET
def look(request: HttpRequest, change_set: UUID) -> HttpResponse:
    """One act: what stands in the way of undoing it, how far its undoing is, or what it left."""
    found = undo.own(change_set)
    steps, more = undo_all.examine(found) if found.undone_at is None else ([], False)
    words = {
        "act": found,
        "label": undo.undo_label(found),
        "left": undoing.in_the_way(steps, found.began_at, ours(found)) if steps else [],
        "more": more,
        "task": found.task,
        "partly": undoing.partly(found),
        "here": "acts",
        "action": reverse("pages.undo", kwargs={"change_set": found.pk}),
        "back": reverse("pages.acts"),
    }
    return render(request, "pages/undo.jinja", words)


@require_POST
def take_back(request: HttpRequest, change_set: UUID) -> HttpResponse:
    """Takes an act back. Where something stands in the way that nobody has looked at, it is shown first."""
    found = undo.open_to_undo(change_set)
    looked = request.POST.get("looked") == "yes"
    page = reverse("pages.undo_look", kwargs={"change_set": found.pk})
    if not looked and (undo_all.large(found) or undo_all.examine(found)[0]):
        return _to(page)
    chosen = undo_all.read_chosen(request.POST.getlist("also"))
    if undo_all.large(found):
        undo_all.undo_later(found.pk, chosen)
        return _to(page)
    done = undo.undo(found.pk, chosen)
    there = request.headers.get("HX-Current-URL", "")
    gone = done.back and not done.left and there.rstrip("/").endswith(tuple(str(pk) for pk in bin_screen.just_binned()))
    parts = urlsplit(there)
    view = as_uuid(parse_qs(parts.query).get("view", [""])[0])
    if looked:
        answer = _to(reverse("pages.acts"))
    elif view in done.records:  # the view that is open may be away now
        answer = _to(f"/{parts.path.strip('/')}/?view={looks.WHOLE}")
    else:
        answer = HttpResponse(status=204, headers={"HX-Redirect": "/"} if gone else {"HX-Refresh": "true"})
    return toasts.later(answer, _told(found, done), done.change_set.pk if done.change_set else None)  # type: ignore[return-value]


def _told(found: ChangeSet, done: undo.Undone) -> str:
    if done.left:
        return ngettext(
            "Undone, but for %(count)s record that stays as it is.", "Undone, but for %(count)s records that stay as they are.", done.left
        ) % {"count": done.left}
    return _("Done again.") if found.undoes_id else _("Undone.")


def _to(where: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": where})


def _entry(pk: UUID, entry: UUID) -> AuditEntry:
    found = AuditEntry.objects.filter(pk=entry, record=pk).first()
    if found is None:
        raise NotFound
    return found


@require_GET
def look_on(request: HttpRequest, entity: Entity[Any], pk: UUID, entry: UUID) -> HttpResponse:
    """What one transaction did to one record, and what stands in the way of taking it back."""
    record, found = fetch(entity, pk, "edit"), _entry(pk, entry)
    words = {
        "act": None,
        "label": _("Undo on this record only"),
        "record": entity.name_of(record),
        "left": undoing.in_the_way(undo.plan_on(pk, found), found.at),
        "here": entity.plural,
        "action": reverse("pages.undo_on", kwargs={"entity": entity, "pk": pk, "entry": entry}),
        "back": record_url(entity, pk),
    }
    return render(request, "pages/undo.jinja", words)


@require_POST
def take_back_on(request: HttpRequest, entity: Entity[Any], pk: UUID, entry: UUID) -> HttpResponse:
    """Takes back what one transaction did to one record."""
    fetch(entity, pk, "edit")
    found = _entry(pk, entry)
    if request.POST.get("looked") != "yes" and undo.plan_on(pk, found):
        return _to(reverse("pages.undo_look_on", kwargs={"entity": entity, "pk": pk, "entry": entry}))
    done = undo.undo_on(pk, found, undo_all.read_chosen(request.POST.getlist("also")))
    binned = pk in bin_screen.just_binned()
    answer = _to(reverse("pages.list", kwargs={"entity": entity}) if binned else record_url(entity, pk))
    text = _("Undone.") if done.back and not done.left else _("It stays as it is.")
    return toasts.later(answer, text, done.change_set.pk if done.change_set else None)  # type: ignore[return-value]
