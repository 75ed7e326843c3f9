"""What is known of the values of records."""

from collections.abc import Iterable
from uuid import UUID

from crm.kernel.quality.models import ValueStanding
from crm.kernel.tenancy.backend.lasting import lasting

Standings = dict[UUID, dict[str, ValueStanding]]
"""{record: {field: what is known of its value}}; fields of which nothing is known are left out."""


def standings(ids: Iterable[UUID], fields: Iterable[str] | None = None) -> Standings:
    """What is known of the values of these records, by one statement; `fields`: of these alone. Who may see them the caller decides."""
    found: Standings = {}
    wanted = None if fields is None else frozenset(fields)
    for row in lasting(("standings",), lambda some: ValueStanding.objects.filter(record_id__among=some), list(ids)):
        if wanted is None or row.field in wanted:
            found.setdefault(row.record_id, {})[row.field] = row
    return found


def verified(ids: Iterable[UUID], fields: Iterable[str]) -> dict[UUID, frozenset[str]]:
    """{record: those of the fields whose values are verified now}; a verification that has expired does not count, and records
    without any are left out."""
    known = standings(ids, fields)
    held = {pk: frozenset(name for name, one in rows.items() if one.holds) for pk, rows in known.items()}
    return {pk: names for pk, names in held.items() if names}
