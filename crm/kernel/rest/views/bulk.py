"""The same change, or the bin, for many records at once, above a thousand as a job; with `dry_run=true` nothing is kept."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal, Words, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.records import many, writing
from crm.kernel.records.listing import rows_of
from crm.kernel.records.pipeline import held_of, left_as_it_was
from crm.kernel.records.undo import note
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import DRY_RUN
from crm.kernel.rest.queries import read_filter
from crm.kernel.rest.values import record_values
from crm.kernel.rest.views.acts import of_run

MOST = 1000
SAMPLE = 10


@operation(
    _("Change many: %(labels)s"),
    name="bulk_change",
    scope="write",
    verb="edit",
    params=(DRY_RUN,),
    body="bulk_change",
    answer="bulk",
    later=True,
)
def change_records(call: Call, entity: Entity[Any]) -> HttpResponse:
    """Gives the records in `ids`, or all that match `filter`, the same `values`. More than 1000 are changed as a job."""
    sent = _sent(call, {"ids", "filter", "values"})
    if not isinstance(sent.get("values"), dict) or not sent["values"]:
        raise Wrong(fields={"values": [_t("Give the fields to change as an object.")]})
    values = record_values(entity, sent["values"], call.actor)
    return _bulk(call, entity, sent, values)


@operation(
    _("Delete many: %(labels)s"),
    name="bulk_delete",
    scope="write",
    verb="delete",
    params=(DRY_RUN,),
    body="bulk_delete",
    answer="bulk",
    later=True,
)
def delete_records(call: Call, entity: Entity[Any]) -> HttpResponse:
    """Puts the records in `ids`, or all that match `filter`, into the bin. More than 1000 go there as a job."""
    return _bulk(call, entity, _sent(call, {"ids", "filter"}), None)


def _sent(call: Call, known: set[str]) -> dict[str, Any]:
    sent = read_object(call.request)
    unknown: dict[str, list[Words]] = {name: [_t("There is no such field.")] for name in sent if name not in known}
    if unknown:
        raise Wrong(fields=unknown)
    if ("ids" in sent) == ("filter" in sent):
        raise Wrong(fields={"ids": [_t("Say which records: either “ids” or “filter”.")]})
    return sent


def _bulk(call: Call, entity: Entity[Any], sent: dict[str, Any], values: dict[str, Any] | None) -> HttpResponse:
    verb, dry = many.DELETE if values is None else many.EDIT, call.query["dry_run"]
    asked = _asked(entity, sent)
    if len(asked) > MOST:
        return _later(entity, sent, values, dry)
    seen, allowed = _allowed(call, entity, asked, verb)
    missing = [pk for pk in asked if pk not in allowed]
    refused: list[tuple[UUID, Refusal]] = [(pk, NotAllowed() if pk in seen else NotFound()) for pk in missing]
    ids = [pk for pk in asked if pk in allowed]
    with transaction.atomic():
        results = writing.remove_many(entity, ids) if values is None else writing.change_many(entity, ids, values)
        transaction.set_rollback(dry)
    pending = [one for one in results if not isinstance(one, Refusal) and held_of(one)]
    done = [one for one in results if not isinstance(one, Refusal) and not left_as_it_was(one)]
    refused += [(pk, one) for pk, one in zip(sorted(allowed), results, strict=True) if isinstance(one, Refusal)]
    act = note(many.label_of(entity, verb, values or {}), len(done)).pk if done and not dry else None
    return render.answer({
        "dry_run": dry,
        "matched": len(asked),
        "done": len(done),
        "pending": len(pending),
        "refused": [_refused(pk, refusal) for pk, refusal in refused],
        "sample": [{"id": one.pk, "title": entity.name_of(one)} for one in done[:SAMPLE]],
        "act": act,
        "job": None,
    })


def _later(entity: Entity[Any], sent: dict[str, Any], values: dict[str, Any] | None, dry: bool) -> HttpResponse:
    """All that match now, as a job."""
    if dry:
        raise Wrong(_t("A dry run is for at most %(most)s records: narrow the filter.") % {"most": MOST})
    rows = rows_of(entity, read_filter(sent["filter"]))
    run = many.start(many.choose(entity, rows, many.DELETE if values is None else many.EDIT), values)
    return render.answer(of_run(run), 202, {"Location": f"/api/v1/bulk-changes/{run.pk}"})


def _allowed(call: Call, entity: Entity[Any], asked: list[UUID], verb: str) -> tuple[set[UUID], set[UUID]]:
    """Which of the asked are visible, and which of those the verb is given for."""
    policy = policy_for(entity)
    live = entity.model._default_manager.filter(pk__in=asked, deleted_at=None).filter(policy.rows(call.actor))
    seen = set(live.values_list("pk", flat=True))
    return seen, set(live.filter(policy.rows(call.actor, verb)).values_list("pk", flat=True))


def _asked(entity: Entity[Any], sent: dict[str, Any]) -> list[UUID]:
    """The records that are meant; of a filter that finds more than MOST one more than that."""
    if "filter" in sent:
        rows = rows_of(entity, read_filter(sent["filter"])).order_by("pk")
        return list(rows.values_list("pk", flat=True)[: MOST + 1])
    given = sent["ids"] if isinstance(sent["ids"], list) else []
    ids = [as_uuid(one) if isinstance(one, str) else None for one in given]
    if not ids or None in ids:
        raise Wrong(fields={"ids": [_t("Give a list of ids.")]})
    if len(ids) > MOST:
        raise Wrong(_t("At most %(most)s ids at once; a filter may find more.") % {"most": MOST})
    return sorted({one for one in ids if one is not None})


def _refused(pk: UUID, refusal: Refusal) -> dict[str, Any]:
    fields = {name: [str(text) for text in said] for name, said in refusal.fields.items()}
    return {"id": pk, "code": refusal.code, "detail": str(refusal.message), "fields": fields}
