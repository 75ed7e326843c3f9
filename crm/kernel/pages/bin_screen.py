"""The bin: what was deleted and may be restored by this person."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy.scope import current_actor

MOST = 100


@dataclass(frozen=True, slots=True)
class Binned:
    id: UUID
    title: str
    entity: Entity[Any]
    at: datetime.datetime
    by: str


def kinds() -> list[Entity[Any]]:
    """The kinds of which this person may delete records at all."""
    actor = current_actor()
    return [kind for kind in registry.all() if policy_for(kind).may(actor, "delete")]


def rows(kind: str = "") -> list[Binned]:
    """The last hundred, newest first, of one kind or of all."""
    actor = current_actor()
    found: list[Binned] = []
    for entity in kinds():
        if kind and entity.kind != kind:
            continue
        mine = entity.model._default_manager.filter(policy_for(entity).rows(actor, "delete"), deleted_at__isnull=False)
        here = RecordRow.objects.filter(pk__in=mine.values("pk"), merged_into=None)  # those come back by splitting
        deleted = here.select_related("deleted_by").order_by("-deleted_at")[:MOST]
        found += [
            Binned(row.pk, row.name, entity, row.deleted_at, row.deleted_by.name if row.deleted_by else "")
            for row in deleted
            if row.deleted_at
        ]
    return sorted(found, key=lambda row: row.at, reverse=True)[:MOST]


def kind_of(pk: UUID) -> Entity[Any]:
    """The kind of a deleted record."""
    kind = RecordRow.objects.filter(pk=pk, deleted_at__isnull=False).values_list("kind", flat=True).first()
    entity = registry.kind(kind) if kind else None
    if entity is None:
        raise NotFound
    return entity


def just_binned() -> list[UUID]:
    """What this person put into the bin within the last moments: their pages are gone."""
    since = now() - datetime.timedelta(seconds=5)
    return list(RecordRow.objects.filter(deleted_by_id=current_actor().id, deleted_at__gte=since).values_list("pk", flat=True)[:50])
