"""Rows newest first, page by page, by moment and id: the last one shown is named in the address of what follows."""

import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

from crm.kernel.base.ids import as_uuid

Row = TypeVar("Row", bound=Model)


def newest(rows: QuerySet[Row], before: str, many: int, by: str = "at") -> tuple[list[Row], str]:
    """(so many of the newest rows by the moment `by` and id, or of those behind the one that `before` names; the name of the last of
    them, "" where none follow). A name that cannot be read is none."""
    place = named(before)
    found = list((rows if place is None else behind(rows, *place, by)).order_by(f"-{by}", "-pk")[: many + 1])
    return found[:many], _name(found[many - 1], by) if len(found) > many else ""


def named(raw: str) -> tuple[datetime.datetime, UUID] | None:
    """The (moment, id) of a row that a text names, as "2026-11-22T09:30:00Z 0198…"; None where it names none."""
    at, _space, rest = raw.partition(" ")
    pk = as_uuid(rest)
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    return None if pk is None or moment is None or moment.tzinfo is None else (moment, pk)


def behind(rows: QuerySet[Row], at: datetime.datetime, pk: UUID, by: str = "at") -> QuerySet[Row]:
    """The rows that come after one."""
    return rows.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": pk}))


def _name(row: Any, by: str) -> str:
    # No "+00:00": unescaped in an address, its "+" would read as a space.
    return f"{getattr(row, by).astimezone(datetime.UTC).isoformat().replace('+00:00', 'Z')} {row.pk}"
