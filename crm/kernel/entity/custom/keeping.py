"""How computed fields are kept: which spare columns hold a result, and that these are right for every record.

A new formula, or one whose inputs came or went, is worked out anew for all records by a job (`entity.jobs`); until that is done
the field is worked out when it is read. The database notes nothing of that work in the audit log: no person changed a record.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import shapes, slots
from crm.kernel.entity.custom.formula import TEXT, Formula
from crm.kernel.entity.custom.worked import CHOICE, KEPT, Kept, Plan, sorts
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.models import CustomField
from crm.kernel.entity.registry import registry
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import bump_schema, reshape

#: Earlier formulas that are known, for the values of past days.
MOST_BEFORE = 20
#: So many words of a formula make a list to choose from.
MOST_WORDS, LONGEST_WORD = 50, 80


def settle(entity: Entity[Any], one: CustomField, others: Iterable[CustomField], was: str = "") -> None:
    """Decides how a computed field with a new formula is kept, and gives it spare columns. `was`: the formula before."""
    formula = Formula(str(one.facts.get("formula") or ""))
    sort, words = formula.sort(sorts(entity.fields)), formula.words()
    why = "today" if not formula.steady else "" if sort else "mixed"
    if sort == TEXT and words and len(words) <= MOST_WORDS and max(map(len, words)) <= LONGEST_WORD:
        sort = CHOICE
    before = list(one.worked.get("before") or ())
    if was:
        before.append({"until": now().isoformat(), "formula": was})
    if not why and not _placed(entity, one, KEPT[sort], [other for other in others if other.name != one.name]):
        why = "full"
    one.worked = {
        "as": "" if why else sort, "why": why, "words": words if sort == CHOICE else [], "before": before[-MOST_BEFORE:],
        "asked": one.worked.get("asked", 0) + 1, "since": None,
    }  # fmt: skip


def _placed(entity: Entity[Any], one: CustomField, make: type[Kept], others: Iterable[CustomField]) -> bool:
    """Gives the field the columns for such a result. Those that it had before stay its own: the log of a column is that of one field."""
    base = registry.base_of_own if entity.own else registry.shipped.by_kind[entity.kind].model
    model = shapes.proxy(base)  # type: ignore[arg-type]
    fact = make("", Plan(Formula("0")))
    shapes.add(model, one.name, fact, {})
    wanted = slots.needed(model, fact)
    mine = {(name.partition(":")[0], column[2]): column for name, column in one.slots.items()}
    new = {name: letter for name, letter in wanted.items() if (name, letter) not in mine}
    try:
        given = slots.give(new, [column for other in (*others, one) for column in other.slots.values()])
    except Wrong:
        return False
    placed = given | {name: mine[name, letter] for name, letter in wanted.items() if name not in given}
    kept = {f"{name}:{letter}": column for (name, letter), column in mine.items() if column not in placed.values()}
    one.slots = kept | placed
    return True


def ask(one: CustomField) -> None:
    """From here on the field is worked out when it is read, until the job has been through all records."""
    one.worked = {**one.worked, "asked": one.worked.get("asked", 0) + 1, "since": None}


def pending(one: CustomField) -> bool:
    """Whether the job has to go through the records for the field."""
    return one.type == "computed" and one.retired_at is None and bool(one.worked.get("as")) and not one.worked.get("since")


def needing(kind: str, changed: CustomField) -> list[CustomField]:
    """The kept fields of a kind that are worked out of a field."""
    names = {changed.name, *changed.slots}
    rows = CustomField.objects.filter(kind=kind, type="computed", retired_at=None)
    return [one for one in rows if one.worked.get("as") and names.intersection(Formula(one.facts["formula"]).inputs)]


def asked(kind: str) -> dict[str, int]:
    """{field: which time it was asked for} of the fields of a kind that are to be worked out for all records."""
    rows = CustomField.objects.filter(kind=kind, type="computed", retired_at=None)
    return {one.name: one.worked["asked"] for one in rows if pending(one)}


def clock() -> datetime.datetime:
    """The moment by the database's own clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime.datetime = cursor.fetchone()[0]
    return found


def others_since(moment: datetime.datetime) -> bool:
    """Whether every transaction of the application that is open began after that moment. One that is older may not know of a new
    formula, and would write records without it behind the job's back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
            "AND pid <> pg_backend_pid() AND xact_start < %s::timestamptz)",
            [moment],
        )
        return bool(cursor.fetchone()[0])


def work_out(entity: Entity[Any], names: Iterable[str], after: UUID | None, most: int) -> list[UUID]:
    """Works the named fields out for the next records, bin included, and writes what differs; answers the records' ids."""
    fields = [one for name in names if isinstance(one := entity.fields.get(name), Kept)]
    held = [name for one in fields for name in one.held_in()]
    inputs = [column for one in fields for column in one.columns_in()]
    rows = entity.model._default_manager.order_by("pk").only("pk", *dict.fromkeys([*held, *inputs]))
    some = list((rows.filter(pk__gt=after) if after else rows).select_for_update()[:most])
    changed = [row for row in some if _differs(row, fields, held)]
    if changed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('kith.working', 'on', true)")
            bulk.update(entity.model, changed, held)
            cursor.execute("SELECT set_config('kith.working', '', true)")
    return [row.pk for row in some]


def _differs(row: Any, fields: Sequence[Kept], held: Sequence[str]) -> bool:
    was = [getattr(row, name) for name in held]
    for one in fields:
        one.derive(row)
    return was != [getattr(row, name) for name in held]


def finish(kind: str, done: Mapping[str, int]) -> None:
    """The named fields are right for every record; those that were asked for once more meanwhile are not."""
    bump_schema()
    for one in CustomField.objects.filter(kind=kind, name__in=list(done)):
        if pending(one) and one.worked["asked"] == done[one.name]:
            one.worked = {**one.worked, "since": now().isoformat()}
            one.save()
    reshape()
