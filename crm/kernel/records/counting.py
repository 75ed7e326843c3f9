"""How well the fields of a kind are filled, and when each was last written: counted each night, or when somebody asks."""

import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Asker, Where, compile_filter
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.models import KindFigures
from crm.kernel.entity.registry import registry
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job, periodic
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

#: A record that was being written while the log was read is read again.
_OVERLAP = datetime.timedelta(minutes=5)
#: The last change of each column behind a moment, of one kind's records. Empty values are none.
_LAST = """
SELECT c.key, max(a.at) FROM audit_entry a, jsonb_each(a.changes) AS c
WHERE a.workspace_id = %s AND a.table_name = %s AND a.at > %s AND a.op <> 'D'
  AND c.value -> 1 <> 'null' AND c.value -> 1 <> '""' {and_kind}
GROUP BY c.key
"""
_OF_KIND = "AND a.record IN (SELECT id FROM record WHERE workspace_id = a.workspace_id AND kind = %s)"


def count(entity: Entity[Any]) -> KindFigures:
    """Counts all live records of a kind, whoever may see them, and keeps the figures. One pass over the table."""
    actor = current_actor()
    asker = Asker(Reading.of(actor), actor)
    told = [one for one in entity.fields.values() if one.filterable and not one.part_of]
    filled = {
        f"f{n}": Count("pk", filter=compile_filter(Where(one.name, "filled", None), entity, asker))
        for n, one in enumerate(told)
    }
    rows = entity.model._default_manager.filter(deleted_at=None).order_by()
    found = rows.aggregate(total=Count("pk"), **filled)
    kept = KindFigures.objects.filter(kind=entity.kind).first() or KindFigures(kind=entity.kind)
    moment = now()
    written = _written(entity, kept.read_to)
    kept.total, kept.filled = found["total"], {one.name: found[f"f{n}"] for n, one in enumerate(told)}
    kept.written = kept.written | written
    kept.read_to = kept.counted_at = moment
    kept.save()
    return kept


def _written(entity: Entity[Any], since: datetime.datetime | None) -> dict[str, str]:
    """{field: ISO moment of its last change} as far as there was one behind `since`."""
    table = entity.model._meta.db_table
    after = since - _OVERLAP if since is not None else datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)
    with connection.cursor() as cursor:
        words: list[Any] = [current_workspace_id(), table, after, *([entity.kind] if entity.own else [])]
        cursor.execute(_LAST.format(and_kind=_OF_KIND if entity.own else ""), words)
        columns = entity.named(dict(cursor.fetchall()))
    found: dict[str, str] = {}
    for one in entity.fields.values():
        moments = [columns[name] for name in one.columns() if name in columns] if one.filterable and not one.part_of else []
        if moments:
            found[one.name] = max(moments).isoformat()
    return found


NAME = "kinds.count_fields"


@job(NAME, label=_("Counting what is filled in"))
def count_fields(progress: Progress, kind: str = "") -> None:
    """Counts one kind, or all of them."""
    kinds = [one for one in registry.all() if not kind or one.kind == kind]
    progress.step(0, len(kinds))
    for done, entity in enumerate(kinds, 1):
        count(entity)
        progress.step(done, len(kinds))


@periodic("13 2 * * *", "kinds.count_all_fields")
def count_all() -> None:
    """Every night."""
    for entity in registry.all():
        count(entity)
