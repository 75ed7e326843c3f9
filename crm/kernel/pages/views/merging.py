"""Merging records side by side, and splitting them again."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.kernel.base.errors import Conflict, Refusal, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.dedupe.merging.acts import merge
from crm.kernel.dedupe.merging.splitting import look, settle, split
from crm.kernel.dedupe.queries import check
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Link
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import inputs, merging, toasts
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.views.lists import need
from crm.kernel.records.reading import fetch
from crm.kernel.records.rows import said
from crm.kernel.tenancy.scope import current_actor

#: So many records that look the same are offered.
OFFERED = 8


@require_http_methods(["GET", "POST"])
def side_by_side(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """Two to five records of a kind beside each other, with what is proposed; then the merge."""
    need(entity, "edit")
    if request.method != "POST":
        return _page(request, entity, [pk for pk in map(as_uuid, request.GET.getlist("ids")) if pk], None)
    survivor, others, values, versions = merging.read(request.POST)
    try:
        made = merge(entity, survivor, others, values, versions, request.POST.get("reason", ""))
    except (Wrong, Conflict) as refusal:
        return _page(request, entity, [pk for pk in map(as_uuid, request.POST.getlist("ids")) if pk], refusal)
    text = ngettext("%(num)s record was merged into this one.", "%(num)s records were merged into this one.", len(made))
    text %= {"num": len(made)}
    answer = HttpResponse(status=204, headers={"HX-Redirect": record_url(entity, survivor)})
    return toasts.later(answer, text, made[0].act_id)  # type: ignore[return-value]


def _page(request: HttpRequest, entity: Entity[Any], ids: list[UUID], refusal: Refusal | None) -> HttpResponse:
    given = request.POST if refusal is not None else request.GET
    words = {"screen": merging.screen(entity, list(dict.fromkeys(ids)), given.dict()), "entity": entity, "here": entity.plural}
    words |= {"problem": said(refusal) if refusal else "", "reason": given.get("reason", "")}
    return render(request, "pages/merge.jinja", words, status=refusal.status if refusal else 200)


@require_GET
def merge_with(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """The dialog of a record: what looks the same first, or any other record."""
    record = fetch(entity, pk, "edit")
    other = Link(entity.model, entity.label)
    other.name = "ids"
    words = {
        "entity": entity,
        "record": record,
        "name": entity.name_of(record),
        "candidates": [one for one in check(entity, {}, record.pk, most=OFFERED) if one.id is not None],
        "input": inputs.input_of(entity, other, None, None, {}, Reading.of(current_actor())),
    }
    return render(request, "pages/merge_with.jinja", words)


@require_GET
def merged(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """One merge: what would go back, what came since, or what is left to be said."""
    return _merged(request, merge_id, None)


def _merged(request: HttpRequest, merge_id: UUID, refusal: Refusal | None) -> HttpResponse:
    shown = merging.standing(*look(merge_id))
    words = {"shown": shown, "entity": shown.entity, "here": shown.entity.plural, "problem": said(refusal) if refusal else ""}
    return render(request, "pages/merged.jinja", words, status=refusal.status if refusal else 200)


@require_POST
def split_again(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Takes the two apart; what is still open then is asked on the same page."""
    try:
        done = split(merge_id, merging.choices(request.POST), apart=request.POST.get("different") == "yes")
    except (Wrong, Conflict) as refusal:
        return _merged(request, merge_id, refusal)
    entity = look(merge_id)[1]
    there = reverse("pages.merged", kwargs={"merge_id": merge_id}) if done.open else record_url(entity, done.merge.loser_id)
    text = _("The two records are apart again.")
    if done.left:
        told = ngettext("%(num)s link was changed since and stays so.", "%(num)s links were changed since and stay so.", done.left)
        text += " " + told % {"num": done.left}
    return toasts.later(HttpResponse(status=204, headers={"HX-Redirect": there}), text)  # type: ignore[return-value]


@require_POST
def settle_open(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Keeps what was said of open things."""
    try:
        left = settle(merge_id, merging.choices(request.POST))
    except (Wrong, Conflict) as refusal:
        return _merged(request, merge_id, refusal)
    entity = look(merge_id)[1]
    there = reverse("pages.merged", kwargs={"merge_id": merge_id}) if left else record_url(entity, look(merge_id)[0].survivor_id)
    return toasts.later(HttpResponse(status=204, headers={"HX-Redirect": there}), _("Saved."))  # type: ignore[return-value]
