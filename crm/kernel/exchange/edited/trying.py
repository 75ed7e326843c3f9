"""What would be refused of an edited workbook: each change is tried on the one write path and taken back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base.errors import Refusal
from crm.kernel.dedupe.queries import exact
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading, use_reading
from crm.kernel.exchange.edited.comparing import Told
from crm.kernel.exchange.edited.texts import as_exported
from crm.kernel.exchange.edited.values import Values
from crm.kernel.exchange.models import EditedCell, EditedRow
from crm.kernel.records import writing
from crm.kernel.tenancy.scope import current_actor

OPEN = (EditedCell.MINE, EditedCell.CONFLICT)


def try_out(entity: Entity[Any], facts: Mapping[str, Any], told: Sequence[Told]) -> None:
    """Notes beside cells and rows what would be refused of them. Nothing stays written."""
    changed = {one.row.record_id: one for one in told if one.row.what == EditedRow.CHANGED and any(c.state in OPEN for c in one.cells)}
    if changed:
        _try_changes(entity, facts, changed)  # type: ignore[arg-type]
    new = [one.row for one in told if one.row.what == EditedRow.NEW]
    if new:
        _try_new(entity, facts, new)


def _try_changes(entity: Entity[Any], facts: Mapping[str, Any], changed: Mapping[UUID, Told]) -> None:
    allowed = editable(entity, changed)
    for pk, one in changed.items():
        if pk not in allowed:
            refuse(one.cells, {}, _("You may see this record and not change it."), entity)
    values = {pk: {c.field: c.value for c in one.cells if c.state in OPEN} for pk, one in changed.items() if pk in allowed}
    with taken_back():
        for pk, result in attempt(entity, facts, values).items():
            if isinstance(result, Refusal):
                refuse(changed[pk].cells, result.fields, str(result.message), entity)


def editable(entity: Entity[Any], ids: Mapping[UUID, Any]) -> set[UUID]:
    """Those of the records that the actor may change."""
    return set(visible(entity, "edit").filter(pk__in=list(ids)).values_list("pk", flat=True))


def attempt(entity: Entity[Any], facts: Mapping[str, Any], values: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, Any]:
    """{record: it, or why it was refused}; where the database refuses them as a whole, each half for itself."""
    if not values:
        return {}
    try:
        with transaction.atomic(), read_as_exported(facts):
            return writing.change_each(entity, values)
    except OperationalError:
        raise
    except (Refusal, DatabaseError) as error:
        if len(values) > 1:
            ids = list(values)
            half = len(ids) // 2
            parts = ({pk: values[pk] for pk in some} for some in (ids[:half], ids[half:]))
            return {pk: one for part in parts for pk, one in attempt(entity, facts, part).items()}
        return {pk: error if isinstance(error, Refusal) else Refusal(_("The database could not keep this.")) for pk in values}


@contextmanager
def read_as_exported(facts: Mapping[str, Any]) -> Iterator[None]:
    """Cells are read as the workbook was written; what is said about them is said in the reader's language."""
    with use_reading(Reading(facts["language"], facts["country"], facts["currency"], facts["zone"])):
        yield


def refuse(cells: Sequence[EditedCell], fields: Mapping[str, Any], said: str, entity: Entity[Any]) -> None:
    """Notes a refusal beside the cells that it names; where it names none of them, beside all."""
    told: dict[str, str] = {}
    for name, messages in fields.items():
        one = entity.fields.get(name) or entity.fields.get(name.removesuffix("_id"))
        told[one.name if one is not None else name] = " ".join(map(str, messages))
    mine = [cell for cell in cells if cell.state in OPEN]
    named = [cell for cell in mine if cell.field in told]
    whole = " ".join(_with_label(entity, name, text) for name, text in told.items()) or said
    for cell in named or mine:
        cell.state, cell.chosen, cell.reason = EditedCell.REFUSED, False, told.get(cell.field, whole)


def _with_label(entity: Entity[Any], name: str, text: str) -> str:
    one = entity.fields.get(name)
    return f"{one.label}: {text}" if one is not None else text


def _try_new(entity: Entity[Any], facts: Mapping[str, Any], rows: Sequence[EditedRow]) -> None:
    if not policy_for(entity).may(current_actor(), "create"):
        for row in rows:
            row.reason = _("Your roles do not allow you to create %(kinds)s.") % {"kinds": entity.labels}
            row.what = EditedRow.UNKNOWN
        return
    ready = []
    for row, values, wrong in new_values(entity, facts, rows):
        if wrong:
            row.reason = " ".join(wrong)
        else:
            ready.append((row, values))
    with read_as_exported(facts):
        made = writing.simulate(entity, [values for _row, values in ready])
    good = []
    for (row, _values), record in zip(ready, made, strict=True):
        if isinstance(record, Refusal):
            row.reason = said(entity, record)
        else:
            good.append((row, record))
    if good and entity.duplicates:
        apart = {record.pk for _row, record in good}
        for (row, _record), like in zip(good, exact(entity, [record.__dict__ for _row, record in good], apart), strict=True):
            if like is not None:
                row.reason = like.title if like.masked else _("Looks like “%(title)s”, which is there already.") % {"title": like.title}


def new_values(
    entity: Entity[Any], facts: Mapping[str, Any], rows: Sequence[EditedRow]
) -> list[tuple[EditedRow, dict[str, Any], list[str]]]:
    """(row, its values, what of it cannot be) of new rows."""
    fields = policy_for(entity).fields(current_actor())
    values = Values(fields)
    language = current_actor().language
    with as_exported(facts):
        values.learn((name, text) for row in rows for name, text in row.values.items())
        with override(language):
            return [(row, *values.new(row.values)) for row in rows]


def said(entity: Entity[Any], refusal: Refusal) -> str:
    """A refusal in one line."""
    parts = []
    for name, messages in refusal.fields.items():
        one = entity.fields.get(name) or entity.fields.get(name.removesuffix("_id"))
        parts += [f"{one.label if one is not None else name}: {message}" for message in messages]
    return " ".join(parts) or str(refusal.message)


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever the block writes is taken back at its end."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
