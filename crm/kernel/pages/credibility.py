"""How far the values of a record can be trusted: where each comes from, who verified it, and what that makes of the record as a whole."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields import Fact, Links
from crm.kernel.entity.forms.dates import show_date
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.exchange.models import ImportRow, ImportRun
from crm.kernel.pages.cells import Cell, explained
from crm.kernel.pages.known import method_label
from crm.kernel.quality.models import ValueStanding
from crm.kernel.records.models import ChangePart
from crm.kernel.records.reading import LINKS_TABLE
from crm.kernel.tenancy.scope import current_actor

#: Of larger imports the row is not looked for: there is no index that leads to it.
_LOOKED_THROUGH = 200_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: when it came, from whom, and by what in words ("" for the pages)."""

    at: datetime.datetime
    who: str
    by: str


@dataclass(frozen=True, slots=True)
class Score:
    """Of the fields that count (`counted`) so many are filled or explained, of those with a value (`filled`) so many are verified."""

    counted: int
    told: int
    filled: int
    verified: int

    @property
    def percent(self) -> int:
        """The mean of both shares; without any value the first alone decides."""
        known = self.told / self.counted if self.counted else 1.0
        return round(50 * (known + self.verified / self.filled)) if self.filled else round(50 * known)

    @property
    def tone(self) -> str:
        return "" if self.percent >= 75 else "mid" if self.percent >= 40 else "low"


def counting(entity: Entity[Any], fields: Mapping[str, Fact]) -> list[str]:
    """The fields that a kind's score counts: those of its list and its highlights that people fill."""
    names = dict.fromkeys([entity.title, *entity.columns, *entity.highlights])
    return [name for name in names if name in fields and fields[name].stands and name not in BASE_FIELDS]


def score(entity: Entity[Any], cells: Mapping[str, Cell]) -> Score:
    """Of a record whose cells are marked."""
    mine = [cells[name] for name in counting(entity, {name: cell.field for name, cell in cells.items()})]
    filled = [cell for cell in mine if not cell.empty]
    told = len(filled) + sum(1 for cell in mine if cell.empty and cell.why)
    return Score(len(mine), told, len(filled), sum(1 for cell in filled if cell.mark == "verified"))


def marked(cells: Iterable[Cell], known: Mapping[str, ValueStanding], reading: Reading) -> list[Cell]:
    """The cells with what is known of their values, those of fields that people fill with a mark."""
    return [_marked(cell, known.get(cell.field.name), reading) for cell in explained(list(cells), known)]


def _marked(cell: Cell, one: ValueStanding | None, reading: Reading) -> Cell:
    if not cell.field.stands or cell.how == "hidden" or cell.field.name in BASE_FIELDS:
        return cell
    if cell.empty:
        return replace(cell, mark="missing", told=cell.why or _("Missing, and nobody has said why")) if not cell.field.required else cell
    if one is None or not one.method:
        return replace(cell, mark="unverified", told=_("Not verified"))
    day = show_date(one.at.astimezone(reading.zone).date(), reading)
    how = {"how": method_label(one.method), "day": day}
    if one.expired:
        return replace(cell, mark="stale", told=_("The check has expired · %(how)s, %(day)s") % how)
    return replace(cell, mark="verified", told=_("Verified · %(how)s, %(day)s") % how)


def origin(entity: Entity[Any], record: Any, field: Fact) -> Origin | None:
    """The last writing of a field; None where its entries are gone, or it has never been written."""
    entries = AuditEntry.objects.filter(record=record.pk).order_by("-at", "-id")
    if isinstance(field, Links):
        links = entries.filter(table_name=LINKS_TABLE)
        entry = links.filter(changes__field__contains=field.name).first()
    else:
        columns = {str(one.column) for one in entity.model._meta.concrete_fields if one.attname in field.rests_on()}
        entry = entries.filter(table_name=entity.model._meta.db_table, changes__has_any_keys=sorted(columns)).first()
    return Origin(entry.at, entry.actor_label or "Kith", _source(entry)) if entry is not None else None


def _source(entry: AuditEntry) -> str:
    """The import that wrote it, with the row; else the reason of the act."""
    parts = ChangePart.objects.filter(txid=entry.txid, began_at__lte=entry.at, at__gte=entry.at).values("change_set_id")
    run = ImportRun.objects.filter(act__in=parts).first()
    if run is None:
        return entry.reason
    rows = run.counts.get("rows") or run.file_shape.rows or 0
    row = ImportRow.objects.filter(run_id=run.pk, record_id=entry.record).first() if rows <= _LOOKED_THROUGH else None
    if row is None:
        return _("Import of “%(file)s”") % {"file": run.name}
    return _("Import of “%(file)s”, row %(row)s") % {"file": run.name, "row": row.number}


def may_say(entity: Entity[Any], record: Any, field: Fact) -> bool:
    """Whether the ambient actor may say what is known of a value: he may write the field."""
    policy, actor = policy_for(entity), current_actor()
    closed = policy.readonly(actor) | policy.hidden(actor)
    return field.stands and field.name not in closed and policy.may(actor, "edit", record)
