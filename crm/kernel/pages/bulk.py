"""One change to many records."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.pages import filters
from crm.kernel.records import listing
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change_many, remove_many
from crm.kernel.tenancy.scope import current_actor

MOST = 2000
_NOT = frozenset({"computed", "links", "address"})


def chosen(entity: Entity[Any], given: QueryDict) -> list[UUID]:
    """The ticked records, or with `whole` all that the view holds; Wrong above 2,000."""
    if given.get("whole") == "yes":
        query = QueryDict(given.get("view", "").lstrip("?"))
        rows = listing.rows_of(entity, filters.read(entity, query).node)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    else:
        ids = [pk for pk in (as_uuid(raw) for raw in given.getlist("ids")) if pk]
    if not ids:
        raise Wrong(_("Tick at least one row first."))
    if len(ids) > MOST:
        raise Wrong(_("At most %(most)s records can be changed at once. Narrow the filter.") % {"most": MOST})
    return ids


def changeable(entity: Entity[Any]) -> list[Fact]:
    """The fields which a bulk change may set."""
    actor, policy = current_actor(), policy_for(entity)
    closed = policy.readonly(actor) | policy.hidden(actor)
    return [
        one
        for name, one in entity.fields.items()
        if name not in closed and one.type not in _NOT and not one.part_of and name != entity.title
    ]


def permitted(entity: Entity[Any], ids: Sequence[UUID], verb: str) -> int:
    """To how many of them the actor may apply the verb."""
    rows = entity.model._default_manager.filter(policy_for(entity).rows(current_actor(), verb), pk__in=ids, deleted_at=None)
    return int(rows.count())


def apply(entity: Entity[Any], ids: Sequence[UUID], values: dict[str, Any] | None) -> tuple[int, list[str], UUID]:
    """(how many were changed, reasons of those that were not, the change set to undo). Without values: into the bin."""
    if values is None:
        done, kept = len(remove_many(entity, ids)), []
    else:
        results = change_many(entity, ids, values)
        kept = [_said(one) for one in results if isinstance(one, Refusal)]
        done = len(results) - len(kept)
        if not done:
            raise Wrong(kept[0] if kept else None)
    label = _("%(count)s records changed") % {"count": done}
    return done, list(dict.fromkeys(kept)), note(label, done).pk


def _said(refusal: Refusal) -> str:
    words = [str(text) for said in refusal.fields.values() for text in said]
    return " ".join(words) or str(refusal.message)
