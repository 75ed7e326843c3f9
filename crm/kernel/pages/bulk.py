"""One change to many records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.pages import cells, filters, inputs
from crm.kernel.records import listing, many
from crm.kernel.records.models import BulkRun
from crm.kernel.records.pipeline import left_as_it_was, waits
from crm.kernel.records.reading import names_of, visible_ids
from crm.kernel.records.rows import said
from crm.kernel.records.standing import MISSING
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change_many, remove_many
from crm.kernel.tenancy.scope import current_actor

#: Above that the work is done in the background.
MOST = 2000
_NOT = frozenset({"computed", "links", "address"})


@dataclass(frozen=True, slots=True)
class Selection:
    """What a change is for: the ids of a few, or a run that keeps those of many."""

    ids: list[UUID]
    run: BulkRun | None = None

    @property
    def many(self) -> int:
        return self.run.records if self.run is not None else len(self.ids)


def chosen(entity: Entity[Any], given: QueryDict, verb: str) -> Selection:
    """The ticked records; with `whole` all that the view holds now; with `run` those that were asked about before.

    Raises Wrong where there is none.
    """
    run = as_uuid(given.get("run", ""))
    if run is not None:
        return Selection([], many.asked(entity, run, verb))
    if given.get("whole") == "yes":
        query = QueryDict(given.get("view", "").lstrip("?"))
        rows = listing.rows_of(entity, filters.read(entity, query).node)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            return Selection([], many.choose(entity, rows, verb))
    else:
        ids = [pk for pk in (as_uuid(raw) for raw in given.getlist("ids")) if pk]
    if not ids:
        raise Wrong(_("Tick at least one row first."))
    if len(ids) > MOST:
        raise Wrong(_("At most %(most)s records can be ticked one by one. Choose all that the filter finds.") % {"most": MOST})
    return Selection(ids)


def changeable(entity: Entity[Any]) -> list[Fact]:
    """The fields which a bulk change may set."""
    actor, policy = current_actor(), policy_for(entity)
    closed = policy.readonly(actor) | policy.hidden(actor)
    return [
        one
        for name, one in entity.fields.items()
        if name not in closed and one.type not in _NOT and not one.part_of and name != entity.title
    ]


def permitted(entity: Entity[Any], found: Selection, verb: str) -> int:
    """To how many of them the actor may apply the verb."""
    if found.run is not None:
        return int(found.run.permitted)
    rows = entity.model._default_manager.filter(policy_for(entity).rows(current_actor(), verb), pk__in=found.ids, deleted_at=None)
    return int(rows.count())


def values_of(entity: Entity[Any], given: QueryDict) -> dict[str, Any]:
    """What the dialog sets: the one field chosen in it. Its own inputs may be called like other fields of the kind."""
    one = entity.fields.get("owner" if given.get("act") == "assign" else given.get("field", ""))
    found = inputs.values_of(entity, given)
    code = found.pop(MISSING, {}).get(one.name) if one is not None and MISSING not in entity.fields else None
    if one is not None and code:  # where there is a value it stays: why there is none is not said of it
        return {MISSING: {one.name: code}}
    return {name: value for name, value in found.items() if name in one.names()} if one is not None else found


def apply(entity: Entity[Any], ids: Sequence[UUID], values: dict[str, Any] | None) -> tuple[int, list[str], UUID | None]:
    """(how many were changed, reasons of those that were not, the change set to undo, if any). Without values: into the bin."""
    if values is None:
        done, kept = len(remove_many(entity, ids)), []
    else:
        results = change_many(entity, ids, values)
        kept = [said(one) for one in results if isinstance(one, Refusal)]
        waiting = [waits(one) for one in results if not isinstance(one, Refusal) and left_as_it_was(one)]
        done = len(results) - len(kept) - len(waiting)
        if not done and not waiting:
            raise Wrong(kept[0] if kept else None)
        kept += waiting
    if not done:
        return 0, list(dict.fromkeys(kept)), None
    label = many.label_of(entity, many.DELETE if values is None else many.EDIT, values or {})
    return done, list(dict.fromkeys(kept)), note(label, done).pk


@dataclass(frozen=True, slots=True)
class Kept:
    """One record that did not get the change, and why; without a name where it may not be seen."""

    id: UUID
    title: str
    url: str
    why: str


def kept(run: BulkRun, limit: int | None = None) -> list[Kept]:
    """The records that a run left as they were."""
    entity, found = many.kind_of(run), many.refusals(run, limit)
    names: dict[UUID, str] = {}
    for start in range(0, len(found), MOST):
        ids = [pk for pk, _why in found[start : start + MOST]]
        names |= names_of(entity.model, visible_ids(entity.model, ids, binned=True))
    return [
        Kept(pk, names.get(pk, _("Not shared with you")), cells.record_url(entity, pk) if entity.menu and pk in names else "", why)
        for pk, why in found
    ]
