"""Rows that are no records and can be taken back all the same: shares, saved views, kinds and fields, roles, turns.

What one act did to such a row is folded like what it did to a record (`acts.deeds`); a `Way` says what of it counts and how it goes back.
It goes back by the same acts as by hand, so that rights and checks are those of today.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import Refusal
from crm.kernel.tenancy.models import TenantModel

Chosen = Collection[tuple[UUID, str]]
#: The whole record or row, as something that was changed since.
WHOLE = "version"


@dataclass(slots=True)
class Deed:
    """What an act did to one record or row: `changes` {column: [before, after]}, `links` {field: [ids taken away, ids added]}.

    `made`: the act created it, `gone`: it removed the row. `version` is the one that the record had in the end, 0 where the act did
    not move it.
    """

    record: UUID
    table: str
    made: bool = False
    gone: bool = False
    version: int = 0
    changes: dict[str, list[Any]] = field(default_factory=dict)
    links: dict[str, list[list[str]]] = field(default_factory=dict)

    @property
    def bin(self) -> bool | None:
        """True where it went into the bin, False where it came out of it, None where neither."""
        pair = self.changes.get("deleted_at")
        return None if pair is None or (pair[0] is None) == (pair[1] is None) else pair[1] is not None


class Way:
    """The way back of the rows of one table. `name` is what the API calls such a row.

    `told` are the columns that people set; of a column in `nested` ({key: value}) each key counts by itself ("facts.columns"), and
    `passed` are paths which machinery keeps.
    """

    model: type[TenantModel]
    name = ""
    told: tuple[str, ...] = ()
    nested: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    #: False: a row that says several things, each of which goes back by itself, even where the act made the row.
    whole = True
    #: True: it stands on what the record holds, and goes back once that is as it was.
    last = False

    def key(self, entry: AuditEntry) -> str:
        """Tells the row of an entry apart from the others of its table."""
        return str(entry.record)

    def row(self, deed: Deed) -> Any:
        """The row as it stands; None where there is none, or where it counts as removed."""
        return self.model._default_manager.filter(pk=deed.record).first()

    def title(self, deed: Deed, row: Any) -> str:
        """What the row is called, for whoever may see it."""
        return str(row) if row is not None else str(self.model._meta.verbose_name)

    def url(self, row: Any) -> str:
        """Where it is shown, "" for nowhere."""
        return ""

    def label(self, path: str) -> str:
        """What one of its values is called."""
        return path

    def shown(self, path: str, value: Any) -> str:
        """A value in words."""
        return "" if value is None else str(value)

    def refused(self, deed: Deed, row: Any) -> str:
        """Why the ambient actor may not take it back, "" where he may."""
        return ""

    def since(self, deed: Deed) -> str:
        """What stands for the row as a whole among what was changed since."""
        return WHOLE

    def remove(self, row: Any, deed: Deed) -> None:
        """Takes away what the act made. Raises Refusal."""
        raise NotImplementedError

    def restore(self, deed: Deed, values: Mapping[str, Any]) -> None:
        """Makes a row anew that the act removed, from its values by column. Raises Refusal."""
        raise NotImplementedError

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        """Sets values back, by path; None for what was not said. Raises Refusal."""
        raise NotImplementedError

    def values(self, row: Any) -> dict[str, Any]:
        """{path: value} of a row as it stands."""
        return self._paths({column: getattr(row, column) for column in self.told})

    def before_and_after(self, deed: Deed) -> dict[str, tuple[Any, Any]]:
        """{path: (value before the act, value after it)} of what the act changed."""
        sides = [self._paths({c: self._read(c, pair[side]) for c, pair in deed.changes.items() if c in self.told}) for side in (0, 1)]
        paths = dict.fromkeys([*sides[0], *sides[1]])
        found = {path: (sides[0].get(path), sides[1].get(path)) for path in paths}
        return {path: (was, becomes) for path, (was, becomes) in found.items() if was != becomes}

    def former(self, deed: Deed) -> dict[str, Any]:
        """{column: value} of a row that the act removed."""
        return {column: self._read(column, pair[0]) for column, pair in deed.changes.items() if pair[0] is not None}

    def touches(self, entry: AuditEntry, path: str) -> bool:
        """Whether an entry changed what a path leads to."""
        column = path.partition(".")[0]
        return entry.table_name == self.model._meta.db_table and (column in entry.changes or path == self.since(Deed(entry.record, "")))

    def _read(self, column: str, raw: Any) -> Any:
        """A value as the audit log has it, as the model has it."""
        found = next((one for one in self.model._meta.concrete_fields if one.column == column), None)
        return raw if raw is None or found is None else getattr(found, "target_field", found).to_python(raw)

    def _paths(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, value in values.items():
            if path in self.nested and isinstance(value, Mapping):
                found |= self._paths({f"{path}.{key}": one for key, one in value.items()})
            elif path not in self.passed and value not in (None, "", [], {}):
                found[path] = value
        return found


_WAYS: dict[str, Way] = {}


def way_back(way: Way) -> None:
    """Rows of that model can be taken back."""
    _WAYS[way.model._meta.db_table] = way


def way_of(table: str) -> Way | None:
    """How rows of a table are taken back; None where they are not."""
    return _WAYS.get(table)


@dataclass(slots=True)
class RowStep:
    """What is to be done to one row: to `remove` or `restore` it, or to `change` these values. `since`: what somebody changed since."""

    way: Way
    deed: Deed
    row: Any
    verb: str = "change"
    values: dict[str, Any] = field(default_factory=dict)
    since: list[str] = field(default_factory=list)
    refused: str = ""


def plan_rows(todo: Iterable[Deed], chosen: Chosen) -> list[RowStep]:
    """What can be done to rows, and what not; those that are as before already are left out."""
    return [step for deed in todo if (step := _step(deed, chosen)) is not None]


def _step(deed: Deed, chosen: Chosen) -> RowStep | None:
    way = way_of(deed.table)
    if way is None or (deed.made and deed.gone):
        return None
    row, pairs = way.row(deed), way.before_and_after(deed)
    step = RowStep(way, deed, row)
    now = way.values(row) if row is not None else {}
    if deed.gone or deed.made and way.whole:
        step.verb = "remove" if deed.made else "restore"
        same = all(now.get(path) == pair[0 if deed.gone else 1] for path, pair in pairs.items())
        if (deed.made and row is None) or (deed.gone and row is not None and same):
            return None
        if row is not None and not same and (deed.record, way.since(deed)) not in chosen:
            step.since = [way.since(deed)]
    else:
        for path, (was, becomes) in pairs.items():
            if row is not None and now.get(path) == was:
                continue
            if row is not None and now.get(path) != becomes and (deed.record, path) not in chosen:
                step.since.append(path)
            else:
                step.values[path] = was
        if not step.values and not step.since:
            return None
        if row is None:
            step.refused = _("It is not there any more.")
    step.refused = step.refused or way.refused(deed, row)
    return step


def write_rows(steps: Sequence[RowStep], records: set[UUID], kept: dict[UUID, list[str]], refused: dict[UUID, str]) -> None:
    """Does what can be done; adds the rows that are as before to `records`, and what was left, with the reason."""
    for step in steps:
        pk = step.deed.record
        if step.since:
            kept[pk] = [*kept.get(pk, []), *step.since]
        if step.refused:
            refused[pk] = step.refused
        elif step.verb == "change" and step.values or not step.since:
            try:
                with transaction.atomic():
                    _do(step)
            except Refusal as refusal:
                refused[pk] = said(refusal)
            else:
                records.add(pk)


def _do(step: RowStep) -> None:
    if step.verb == "remove":
        step.way.remove(step.row, step.deed)
    elif step.verb == "restore":
        step.way.restore(step.deed, step.way.former(step.deed))
    else:
        step.way.change(step.row, step.values)


def said(refusal: Refusal) -> str:
    """A refusal in one line."""
    return " ".join(str(text) for texts in refusal.fields.values() for text in texts) or str(refusal.message)
