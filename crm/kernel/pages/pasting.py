"""Cells of a spreadsheet put into a list: read as a form reads them, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Link
from crm.kernel.pages import cells
from crm.kernel.records.pipeline import left_as_it_was, waits
from crm.kernel.records.reading import find, names_of, value_of
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change_each, change_many, locked

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Misfit:
    """One cell that does not fit: of which record, what was given, and why not."""

    record: str
    label: Any
    text: str
    why: str


class Misfits(Wrong):
    """Nothing was changed; `.cells` says which do not fit."""

    def __init__(self, found: list[Misfit]) -> None:
        super().__init__(ngettext("One cell does not fit.", "%(n)s cells do not fit.", len(found)) % {"n": len(found)})
        self.cells = found


def put_in(entity: Entity[Any], given: Sequence[Sequence[str]]) -> tuple[str, UUID | None]:
    """(what was done, the change set to undo) of [[record id, field, text], …]; raises Misfits."""
    rows = _read(entity, given)
    return _written(entity, rows, {pk: dict(values) for pk, values in rows.items()})


def _read(entity: Entity[Any], given: Sequence[Sequence[str]]) -> dict[UUID, dict[str, str]]:
    if not given or len(given) > MOST:
        raise Wrong(_("Between 1 and %(n)s cells can be pasted at once.") % {"n": MOST})
    may = cells.inline(entity)
    rows: dict[UUID, dict[str, str]] = {}
    for one in given:
        pk = as_uuid(one[0]) if len(one) == 3 and all(isinstance(part, str) for part in one) else None
        if pk is None or one[1] not in may:
            raise Wrong(_("A column of what was pasted cannot be edited in the list."))
        rows.setdefault(pk, {})[one[1]] = one[2]
    return rows


def _written(entity: Entity[Any], texts: Mapping[UUID, Mapping[str, str]], values: dict[UUID, dict[str, Any]]) -> tuple[str, UUID | None]:
    misfits: list[Misfit] = []
    names = names_of(entity.model, values)
    for pk, row in values.items():
        for name, text in row.items():
            field = entity.fields[name]
            if isinstance(field, Link) and text.strip() and field.target is not None:
                found = find(field.target, text)
                if len(found) == 1:
                    row[name] = found[0]
                else:
                    why = _("Several are called so.") if found else _("There is no such record, or it is not shared with you.")
                    misfits.append(Misfit(names.get(pk, ""), field.label, text, why))
    if not misfits:
        written = change_each(entity, values)
        for pk, done in written.items():
            if isinstance(done, Refusal):
                said = done.fields or {"": [done.message]}
                for name, messages in said.items():
                    label = entity.fields[name].label if name in entity.fields else ""
                    misfits.append(Misfit(names.get(pk, ""), label, texts[pk].get(name, ""), " ".join(map(str, messages))))
        if not misfits:
            return _noted(list(written.values()))
    raise Misfits(misfits)


def fill_down(entity: Entity[Any], source: UUID, name: str, ids: Sequence[UUID]) -> tuple[str, UUID | None]:
    """Gives the records the value that `source` has in a field; raises Misfits, and then nothing is changed."""
    if name not in cells.inline(entity) or not ids or len(ids) > MOST:
        raise Wrong(_("A column of what was pasted cannot be edited in the list."))
    field = entity.fields[name]
    value = value_of(locked(entity, [source], "view")[0], field)
    results = change_many(entity, ids, {name: value})
    refused = [(pk, done) for pk, done in zip(ids, results, strict=True) if isinstance(done, Refusal)]
    if refused:
        names = names_of(entity.model, ids)
        raise Misfits([Misfit(names.get(pk, ""), field.label, "", _why(done)) for pk, done in refused])
    return _noted(results)


def _why(refusal: Refusal) -> str:
    return " ".join(str(text) for said in refusal.fields.values() for text in said) or str(refusal.message)


def _noted(done: Sequence[Any]) -> tuple[str, UUID | None]:
    """What to say of these records, and the act by which what was written is taken back; what waits for approval is told, too."""
    many = sum(1 for one in done if not left_as_it_was(one))
    text = ngettext("%(count)s record changed.", "%(count)s records changed.", many) % {"count": many}
    held = dict.fromkeys(waits(one) for one in done if waits(one))
    return " ".join([text, *held]), note(text, many).pk if many else None
