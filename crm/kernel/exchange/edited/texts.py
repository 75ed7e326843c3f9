"""The cells of records as a workbook holds them and as it is read again, so that what nobody touched is the same text."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone, translation

from crm.kernel.base.money import Money
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading, use_reading
from crm.kernel.exchange.exporting import ID, cells_of
from crm.kernel.exchange.reading.workbook_child import cell_text
from crm.kernel.exchange.writing.workbook import as_number, plain
from crm.kernel.records import listing


@contextmanager
def as_exported(facts: Mapping[str, Any]) -> Iterator[Reading]:
    """Words, zone and habits of the person who exported: in these the workbook is written, and in these it is read."""
    reading = Reading(facts["language"], facts["country"], facts["currency"], facts["zone"])
    with translation.override(reading.language), timezone.override(reading.zone), use_reading(reading):
        yield reading


def texts_of(entity: Entity[Any], names: Sequence[str], rows: Sequence[listing.Row]) -> dict[UUID, dict[str, str]]:
    """{record: {field: text}} of rows, as their workbook would be read. Inside `as_exported`."""
    shown = [name for name in names if name != ID]
    cells = cells_of(entity, shown, rows)
    return {row.id: {name: text_of(cell) for name, cell in zip(shown, each, strict=True)} for row, each in zip(rows, cells, strict=True)}


def text_of(cell: Any) -> str:
    """The text that a cell is read as."""
    if cell is None:
        return ""
    value = cell.decimal if isinstance(cell, Money) else cell
    if isinstance(value, bool):
        return cell_text(value)
    if isinstance(value, int | float | Decimal):
        return cell_text(float(value)) if as_number(cell) else plain(str(value))
    if isinstance(value, datetime.datetime):
        return cell_text(value.replace(tzinfo=None)) if as_number(value) else plain(str(value))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return plain(str(value)).replace("\r\n", "\n")
