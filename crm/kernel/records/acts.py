"""What one act did to each record: the entries of its transactions, folded."""

from collections.abc import Hashable, Iterable
from typing import Any
from uuid import UUID

from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import Span
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import ChangePart, ChangeSet, RecordRow
from crm.kernel.records.reading import LINKS_TABLE, acts
from crm.kernel.records.rows import Deed, way_of


def spans_of(found: ChangeSet) -> list[Span]:
    """The transactions of an act."""
    if found.txid:
        return [(found.txid, found.began_at, found.at)]
    return list(ChangePart.objects.filter(change_set_id=found.pk).order_by("id").values_list("txid", "began_at", "at"))


def ours(found: ChangeSet) -> set[int]:
    """The transactions of an act, of those that took it back and of those that did it again: what they wrote nobody else did."""
    family, last = {found.pk}, {found.pk}
    while last:
        last = set(ChangeSet.objects.filter(undoes_id__in=last).values_list("pk", flat=True)) - family
        family |= last
    whole = ChangeSet.objects.filter(pk__in=family).exclude(txid=0).values_list("txid", flat=True)
    return {*whole, *ChangePart.objects.filter(change_set_id__in=family).values_list("txid", flat=True)}


def deeds(entries: Iterable[AuditEntry]) -> list[Deed]:
    """By record or row, what was written last first; a row by when it was written first, for what came later may stand on it. Rows that
    nobody takes back (a stage's history, mail) are left out."""
    tables = {entity.model._meta.db_table for entity in registry.all()}
    found: dict[Hashable, Deed] = {}
    links: list[AuditEntry] = []
    for entry in entries:
        if entry.table_name == LINKS_TABLE:
            links.append(entry)
        elif entry.table_name in tables:
            deed = found.pop(entry.record, None) or Deed(entry.record, entry.table_name)
            found[entry.record] = deed
            _fold(deed, entry)
        elif (way := way_of(entry.table_name)) is not None:
            _fold(found.setdefault((way, way.key(entry)), Deed(entry.record, entry.table_name)), entry)
    for act in acts(links):
        deed = found.setdefault(act.record, Deed(act.record, ""))
        for name, (taken, added) in act.changes.items():
            pair = deed.links.setdefault(name, [[], []])
            pair[0] += taken
            pair[1] += added
    return list(found.values())[::-1]


def _fold(deed: Deed, entry: AuditEntry) -> None:
    if entry.op == AuditEntry.INSERTED:
        deed.made, deed.gone, deed.version = not deed.gone, False, 1
    elif entry.op == AuditEntry.DELETED:
        deed.gone = True
    for column, (before, after) in entry.changes.items():
        if column == "version":
            deed.version = after or deed.version
        elif column in deed.changes:
            deed.changes[column][1] = after
        else:
            deed.changes[column] = [before, after]


def kinds_of(found: Iterable[Deed]) -> dict[UUID, Entity[Any]]:
    """{record: its kind}, of those whose kind there still is."""
    rows = RecordRow.objects.filter(pk__in=[deed.record for deed in found if way_of(deed.table) is None]).values_list("pk", "kind")
    known = {pk: registry.kind(kind) for pk, kind in rows}
    return {pk: entity for pk, entity in known.items() if entity is not None}
