"""The same change, or the bin, for many records at once; with `dry_run=true` nothing is kept."""

from collections.abc import Callable
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
from crm.kernel.records import writing
from crm.kernel.records.listing import rows_of
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import DRY_RUN
from crm.kernel.rest.queries import read_filter
from crm.kernel.rest.values import record_values

MOST = 1000
SAMPLE = 10
Work = Callable[[list[UUID]], list[Any]]


@operation(
    _("Change many: %(labels)s"),
    name="bulk_change",
    scope="write",
    verb="edit",
    params=(DRY_RUN,),
    body="bulk_change",
    answer="bulk",
)
def change_records(call: Call, entity: Entity[Any]) -> HttpResponse:
    """Gives the records in `ids`, or all that match `filter`, the same `values`."""
    sent = _sent(call, {"ids", "filter", "values"})
    if not isinstance(sent.get("values"), dict) or not sent["values"]:
        raise Wrong(fields={"values": [_t("Give the fields to change as an object.")]})
    values = record_values(entity, sent["values"], call.actor)
    return _bulk(call, entity, sent, "edit", lambda ids: writing.change_many(entity, ids, values))


@operation(
    _("Delete many: %(labels)s"),
    name="bulk_delete",
    scope="write",
    verb="delete",
    params=(DRY_RUN,),
    body="bulk_delete",
    answer="bulk",
)
def delete_records(call: Call, entity: Entity[Any]) -> HttpResponse:
    """Puts the records in `ids`, or all that match `filter`, into the bin."""
    return _bulk(call, entity, _sent(call, {"ids", "filter"}), "delete", lambda ids: writing.remove_many(entity, ids))


def _sent(call: Call, known: set[str]) -> dict[str, Any]:
    sent = read_object(call.request)
    unknown: dict[str, list[Words]] = {name: [_t("There is no such field.")] for name in sent if name not in known}
    if unknown:
        raise Wrong(fields=unknown)
    if ("ids" in sent) == ("filter" in sent):
        raise Wrong(fields={"ids": [_t("Say which records: either “ids” or “filter”.")]})
    return sent


def _bulk(call: Call, entity: Entity[Any], sent: dict[str, Any], verb: str, work: Work) -> HttpResponse:
    asked = _asked(entity, sent)
    dry = call.query["dry_run"]
    seen, allowed = _allowed(call, entity, asked, verb)
    missing = [pk for pk in asked if pk not in allowed]
    refused: list[tuple[UUID, Refusal]] = [(pk, NotAllowed() if pk in seen else NotFound()) for pk in missing]
    with transaction.atomic():
        results = work([pk for pk in asked if pk in allowed])
        transaction.set_rollback(dry)
    done = [one for one in results if not isinstance(one, Refusal)]
    refused += [(pk, one) for pk, one in zip(sorted(allowed), results, strict=True) if isinstance(one, Refusal)]
    return render.answer({
        "dry_run": dry,
        "matched": len(asked),
        "done": len(done),
        "refused": [_refused(pk, refusal) for pk, refusal in refused],
        "sample": [{"id": one.pk, "title": entity.name_of(one)} for one in done[:SAMPLE]],
    })


def _allowed(call: Call, entity: Entity[Any], asked: list[UUID], verb: str) -> tuple[set[UUID], set[UUID]]:
    """Which of the asked are visible, and which of those the verb is given for."""
    policy = policy_for(entity)
    live = entity.model._default_manager.filter(pk__in=asked, deleted_at=None).filter(policy.rows(call.actor))
    seen = set(live.values_list("pk", flat=True))
    return seen, set(live.filter(policy.rows(call.actor, verb)).values_list("pk", flat=True))


def _asked(entity: Entity[Any], sent: dict[str, Any]) -> list[UUID]:
    too_many = Wrong(_t("At most %(most)s records at once: narrow the filter.") % {"most": MOST})
    if "filter" in sent:
        rows = rows_of(entity, read_filter(sent["filter"])).order_by("pk")
        found = list(rows.values_list("pk", flat=True)[: MOST + 1])
        if len(found) > MOST:
            raise too_many
        return found
    given = sent["ids"] if isinstance(sent["ids"], list) else []
    ids = [as_uuid(one) if isinstance(one, str) else None for one in given]
    if not ids or None in ids:
        raise Wrong(fields={"ids": [_t("Give a list of ids.")]})
    if len(ids) > MOST:
        raise too_many
    return sorted({one for one in ids if one is not None})


def _refused(pk: UUID, refusal: Refusal) -> dict[str, Any]:
    fields = {name: [str(text) for text in said] for name, said in refusal.fields.items()}
    return {"id": pk, "code": refusal.code, "detail": str(refusal.message), "fields": fields}
