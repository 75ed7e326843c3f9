"""Reading the audit log."""

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.kernel.audit.models import AuditEntry

#: Tables whose entries stand with a record without being its row: many-links, shares, and what is known of its values.
BESIDE = ("record_link", "share", "value_standing")


def history(record_id: UUID | Iterable[UUID], limit: int = 50) -> list[AuditEntry]:
    """What happened to one row (or to several that belong together), newest first. The caller decides who may see the record."""
    return list(of_rows([record_id] if isinstance(record_id, UUID) else record_id).order_by("-at", "-id")[:limit])


def of_rows(ids: Iterable[UUID]) -> QuerySet[AuditEntry]:
    """All that happened to these rows."""
    return AuditEntry.objects.filter(record__in=list(ids))


Span = tuple[int, datetime.datetime, datetime.datetime]
"""What one transaction wrote between two moments of the database's clock. The id alone does not say which one: in a cluster
into which a dump was restored the ids begin again."""


def of_transactions(spans: Iterable[Span]) -> QuerySet[AuditEntry]:
    """All that these transactions wrote, in order."""
    found = Q()
    for txid, began, ended in spans:
        found |= Q(txid=txid, at__gte=began, at__lte=ended)
    entries = AuditEntry.objects.filter(found) if found else AuditEntry.objects.none()
    return entries.order_by("at", "id")


def later_than(records: Iterable[UUID], moment: datetime.datetime) -> list[AuditEntry]:
    """What happened to these rows after a moment, newest first."""
    return list(AuditEntry.objects.filter(record__in=list(records), at__gt=moment).order_by("-at", "-id")[:5_000])


def value_on(record_id: UUID, column: str, moment: datetime.datetime) -> object:
    """The value that a database column had at a moment; None where the row was not there or had none.

    Values come back as they are kept in JSON: texts, numbers, true and false, lists.
    """
    touched = AuditEntry.objects.filter(record=record_id, changes__has_key=column).exclude(table_name__in=BESIDE)
    last = touched.filter(at__lte=moment).order_by("-at", "-id").first()
    return last.changes[column][1] if last is not None else None
