"""Acting on ticked rows: first what would happen, then the act; of many in the background, with a page that tells how far it is."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.dedupe.merging.acts import MOST
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.exchange.writing.delimited import harmless
from crm.kernel.pages import bulk, inputs, toasts, wording
from crm.kernel.pages.views.lists import need
from crm.kernel.queue import actions as working
from crm.kernel.records import many
from crm.kernel.records.models import BulkRun
from crm.kernel.tenancy.scope import current_actor

_VERBS = {"assign": "edit", "change": "edit", "delete": "delete"}
#: So many records that were left are listed; the file holds all.
LISTED = 200


@require_POST
def ask(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The dialog: how many records, to how many it can be done, and what is to be set."""
    act = request.POST.get("act", "")
    if act == "merge":
        return _to_merge(request, entity)
    if act not in _VERBS:
        raise NotFound
    need(entity, _VERBS[act])
    return _dialog(request, entity, act, bulk.chosen(entity, request.POST, _VERBS[act]), None)


def _to_merge(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """On to the page on which the ticked records are merged."""
    need(entity, "edit")
    found = bulk.chosen(entity, request.POST, "edit")
    if not 2 <= found.many <= MOST:
        raise Wrong(_("Tick two to %(most)s rows to merge them.") % {"most": MOST})
    query = "&".join(f"ids={pk}" for pk in found.ids)
    return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('pages.merge', kwargs={'entity': entity})}?{query}"})


def _dialog(request: HttpRequest, entity: Entity[Any], act: str, found: bulk.Selection, refusal: Wrong | None) -> HttpResponse:
    fields = bulk.changeable(entity)
    name = "owner" if act == "assign" else request.POST.get("field") or fields[0].name
    one = next((field for field in fields if field.name == name), fields[0])
    errors = refusal.fields if refusal is not None else {}
    given = request.POST if refusal is not None else None
    words = {
        "entity": entity,
        "act": act,
        "chosen": found,
        "fields": fields,
        "field": one.name,
        "problem": str(refusal.message) if refusal else "",
        "input": _input(entity, one, given, errors),
        "permitted": bulk.permitted(entity, found, _VERBS[act]),
    }
    return render(request, "pages/bulk.jinja", words, status=422 if refusal is not None else 200)


def _input(entity: Entity[Any], one: Fact, given: QueryDict | None, errors: Mapping[str, Any]) -> inputs.Input:
    made = inputs.input_of(entity, one, None, given, errors, Reading.of(current_actor()))
    inputs.explain(made, inputs.reasons_of(None, given))
    return made


@require_POST
def apply(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """Does it to the records to which it may be done, and offers the way back; of many it is begun."""
    act = request.POST.get("act", "")
    if act not in _VERBS:
        raise NotFound
    need(entity, _VERBS[act])
    found = bulk.chosen(entity, request.POST, _VERBS[act])
    try:
        values = None if act == "delete" else bulk.values_of(entity, request.POST)
        if found.run is not None:
            many.start(found.run, values)
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("pages.many", kwargs={"many_id": found.run.pk})})
        done, kept, change_set = bulk.apply(entity, found.ids, values)
    except Wrong as refusal:
        return _dialog(request, entity, act, found, refusal)
    text = _told(act == "delete", done, found.many - done, kept)
    answer = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return toasts.later(answer, text, change_set)  # type: ignore[return-value]


def _told(deleted: bool, done: int, left: int, kept: list[str]) -> str:
    text = ngettext("%(count)s record changed.", "%(count)s records changed.", done) % {"count": wording.number(done)}
    if deleted:
        text = ngettext("%(count)s record is in the bin.", "%(count)s records are in the bin.", done) % {"count": wording.number(done)}
    why = " ".join(kept)[:200]
    return f"{text} {_('%(count)s stayed as they are: %(why)s') % {'count': wording.number(left), 'why': why}}" if kept else text


@require_GET
def run(request: HttpRequest, many_id: UUID) -> HttpResponse:
    """One change to many records: how far it is, then what came of it."""
    return render(request, "pages/many.jinja", _facts(many_id))


def _facts(pk: UUID) -> dict[str, Any]:
    found = _agreed(pk)
    entity = many.kind_of(found)
    done, refused = many.figures(found)
    return {
        "run": found,
        "entity": entity,
        "label": many.label_of(entity, found.verb, found.values),
        "task": found.task,
        "done": done,
        "refused": refused,
        "open": found.records - done - refused,
        "kept": bulk.kept(found, LISTED) if refused and found.task is not None and found.task.over else [],
        "here": entity.plural,
    }


def _agreed(pk: UUID) -> BulkRun:
    found = many.run_of(pk)
    if found.task_id is None:
        raise NotFound
    return found


@require_GET
def part(request: HttpRequest, many_id: UUID) -> HttpResponse:
    """The moving part of that page; once the work is over the page comes anew, with a toast that takes it back."""
    words = _facts(many_id)
    found: BulkRun = words["run"]
    if found.task is None or not found.task.over:
        return render(request, "pages/many_part.jinja", words)
    text = _told(found.verb == "delete", words["done"], 0, [])
    answer = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return toasts.later(answer, text, found.change_set_id if words["done"] else None)  # type: ignore[return-value]


@require_POST
def go_on(request: HttpRequest, many_id: UUID) -> HttpResponse:
    """Sends one that was stopped or failed on again, with what it had not reached."""
    found = _agreed(many_id)
    if found.task is not None:
        working.retry(found.task.pk)
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("pages.many", kwargs={"many_id": found.pk})})


@require_GET
def refused(request: HttpRequest, many_id: UUID) -> HttpResponse:
    """All records that were left as they were, as a file."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_("Record"), _("Reason"), "id"])
    writer.writerows([harmless(one.title), harmless(one.why), one.id] for one in bulk.kept(_agreed(many_id)))
    name = f"refused-{many_id}.csv"
    return HttpResponse(
        "\ufeff" + file.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )
