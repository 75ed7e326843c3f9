"""What stood in the database at a past moment, from the audit log.

Rows of tables and many-links are read by the same SQL as lists of a past day (`audit.standing`), rows that are gone included.
What the log leaves out (search forms) stays as it is now. Only shares are taken back here, one entry after the other: the log
keeps them under their record, and tells them apart by whom they are for.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from django.utils.dateparse import parse_datetime

from crm.kernel.access.delegated import Delegated
from crm.kernel.access.models import SHARES_TABLE, Delegation
from crm.kernel.access.moment import Past
from crm.kernel.access.shared import Held
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.standing import Standing, columns_of, links_as_they_stood
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Link
from crm.kernel.entity.registry import registry
from crm.kernel.entity.storage import slot_columns
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import Grants
from crm.kernel.identity.models import Role, Team, User, UserRole

Row = dict[str, Any]
RECORDS, LINKS = "record", "record_link"
#: How far what a record hangs on is followed: an activity, its deal, the deal's customer.
DEPTH = 3


def first_entry() -> datetime | None:
    """When the log of the workspace begins."""
    return AuditEntry.objects.order_by("at", "id").values_list("at", flat=True).first()


def rows_at(model: type[Model], moment: datetime, ids: Iterable[UUID] | None = None) -> dict[UUID, Row]:
    """{id: row} of a table as it stood, its columns as the log keeps them without those that were empty; of these ids, or of all
    with those that are gone (people, roles, teams)."""
    table, some = model._meta.db_table, None if ids is None else list(ids)
    spare = {name: slots.sql for name, slots in slot_columns()} if registry.of(model) is not None else {}
    then = Standing(table, spare | columns_of([model]), pointed=some is not None, gone=some is None)
    where = "" if some is None else "WHERE id = ANY (%s)"
    given = [moment] * then.moments + ([] if some is None else [some])
    with connection.cursor() as cursor:
        cursor.execute(f'WITH {then.members} SELECT id, to_jsonb("{table}") FROM "{table}" {where}', given)  # noqa: S608
        found = [(pk, json.loads(row) if isinstance(row, str) else row) for pk, row in cursor.fetchall()]
    return {pk: {name: value for name, value in row.items() if value is not None} for pk, row in found}


class Then:
    """People, roles, teams and absences of a workspace at a moment: read once for one question."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.people, self.roles, self.teams, self.held, self.absences = (
            rows_at(model, moment) for model in (User, Role, Team, UserRole, Delegation)
        )

    def roles_of(self, person: UUID) -> list[tuple[UUID, Row]]:
        """[(id, role)] that somebody held."""
        ids = [as_uuid(one["role_id"]) for one in self.held.values() if one.get("user_id") == str(person)]
        return sorted(((pk, self.roles[pk]) for pk in ids if pk in self.roles), key=lambda pair: (pair[1].get("name", ""), pair[0]))

    def user(self, person: UUID) -> User | None:
        """The person as they stood, not to be saved; None before they came."""
        row = self.people.get(person)
        if row is None:
            return None
        dates = {name: _moment(row.get(name)) for name in ("access_from", "access_until")}
        team = as_uuid(row.get("team_id") or "")
        return User(id=person, name=row.get("name", ""), is_active=bool(row.get("is_active", False)), team_id=team, **dates)

    def team(self, pk: UUID | None) -> str:
        return str(self.teams[pk].get("name", "")) if pk in self.teams else ""

    def actor(self, user: User, like: Actor) -> Actor:
        """The person's rights then; zone and currency, which read filters, are those of `like`."""
        path = self.teams[user.team_id].get("path", "") if user.team_id in self.teams else None
        below = {pk for pk, team in self.teams.items() if path and str(team.get("path", "")).startswith(path)}
        return Actor(
            id=user.pk, workspace_id=like.workspace_id, name=user.name, team_id=user.team_id,
            team_ids=frozenset({user.team_id} if user.team_id else ()), tree_ids=frozenset(below),
            role_ids=frozenset(pk for pk, _role in self.roles_of(user.pk)),
            grants=Grants(role.get("grants", {}) for _pk, role in self.roles_of(user.pk)),
            language=like.language, time_zone=like.time_zone, currency=like.currency, country=like.country,
        )  # fmt: skip

    def delegated(self, delegate: UUID) -> tuple[Delegated, ...]:
        """The absences that were in somebody's hands."""
        found = []
        for pk, row in self.absences.items():
            person = as_uuid(row["absent_id"])
            absent = self.user(person) if person else None
            since, until = _moment(row.get("since")), _moment(row.get("until"))
            if row.get("delegate_id") != str(delegate) or absent is None or not absent.is_active or since is None or until is None:
                continue
            start, end = Delegation(since=since, until=until).span(absent)
            grants = Grants(role.get("grants", {}) for _pk, role in self.roles_of(absent.pk))
            found.append(Delegated(pk, delegate, absent.pk, absent.name, grants, start, end, as_uuid(row.get("by_id") or "")))
        return tuple(found)


def shares_at(ids: Sequence[UUID], moment: datetime) -> dict[UUID, list[Row]]:
    """{record: shares} as they stood. The log keeps a share under its record; who it is for tells them apart."""
    found: dict[UUID, dict[tuple[Any, Any], Row]] = {pk: {} for pk in ids}
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT record_id, to_jsonb("{SHARES_TABLE}") FROM "{SHARES_TABLE}" WHERE record_id = ANY (%s)', [list(ids)])  # noqa: S608
        for pk, raw in cursor.fetchall():
            row = json.loads(raw) if isinstance(raw, str) else raw
            found[pk][row.get("user_id"), row.get("team_id")] = row
    for entry in AuditEntry.objects.filter(record__in=ids, table_name=SHARES_TABLE, at__gt=moment).order_by("-at", "-id"):
        side = 1 if entry.op == AuditEntry.INSERTED else 0
        whom = tuple(entry.changes.get(name, (None, None))[side] for name in ("user_id", "team_id"))
        if entry.op == AuditEntry.INSERTED:
            found[entry.record].pop(whom, None)
        elif entry.op == AuditEntry.DELETED:
            found[entry.record][whom] = {column: pair[0] for column, pair in entry.changes.items()}
        elif whom in found[entry.record]:
            found[entry.record][whom] |= {column: pair[0] for column, pair in entry.changes.items()}
        else:
            _unchange(list(found[entry.record].values()), entry)
    return {pk: list(shares.values()) for pk, shares in found.items()}


def _unchange(shares: list[Row], entry: AuditEntry) -> None:
    """Takes the change of a share back. Older entries do not say whom the share was for: it is the one that stands as the change
    left it, where that is one alone."""
    left = [one for one in shares if all(one.get(column) == pair[1] for column, pair in entry.changes.items())]
    if len(left) == 1:
        left[0].update({column: pair[0] for column, pair in entry.changes.items()})


class World:
    """One record, and what it hangs on, as they stood; answers conditions of policies over them."""

    def __init__(self, entity: Entity[Any], record_id: UUID, then: Then) -> None:
        self.entity, self.record_id, self.moment = entity, record_id, then.moment
        self.tables: dict[str, dict[UUID, Row]] = {}
        self.links: dict[UUID, list[Row]] = {}
        self.kinds: dict[UUID, str] = {}
        wanted = {record_id}
        for _step in range(DEPTH + 1):
            wanted = self._read(wanted) - set(self.kinds)
        self.shares = shares_at(list(self.kinds), then.moment)

    @property
    def record(self) -> Row | None:
        """The record's own row; None where it was not there yet."""
        return self.tables.get(self.entity.model._meta.db_table, {}).get(self.record_id)

    def past_of(self, actor: Actor, then: Then) -> Past:
        """The shares and absences of one person, for the policies."""
        held: dict[str, list[Held]] = {}
        teams = {str(pk) for pk in actor.team_ids}
        for pk, shares in self.shares.items():
            for one in shares:
                if one.get("user_id") == str(actor.id) or one.get("team_id") in teams:
                    made = Held(pk, bool(one.get("edit")), _moment(one.get("until")), one.get("limits") or {})
                    held.setdefault(self.kinds[pk], []).append(made)
        return Past(self.moment, {kind: tuple(many) for kind, many in held.items()}, then.delegated(actor.id) if actor.id else ())

    def holds(self, sql: str, params: Sequence[Any]) -> bool:
        """Whether a statement finds a row where every table of records holds what this world holds. The rows of the past take
        the tables' places by their names, so the condition itself is the very one that is asked today."""
        named, given = [], []
        for table in {*(entity.model._meta.db_table for entity in registry.all()), RECORDS, LINKS}:
            if f'"{table}"' in sql:
                named.append(f'"{table}" AS (SELECT * FROM jsonb_populate_recordset(NULL::public."{table}", %s::jsonb))')  # noqa: S608
                given.append(json.dumps(self._rows(table)))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(named)} {sql}", [*given, *params])
            return cursor.fetchone() is not None

    def _rows(self, table: str) -> list[Row]:
        if table == LINKS:
            return [row for rows in self.links.values() for row in rows]
        if table != RECORDS:
            return list(self.tables.get(table, {}).values())
        own = {pk: row for name, rows in self.tables.items() if name != RECORDS for pk, row in rows.items()}
        mirrored = ("owner_id", "team_id", "deleted_at")
        # The record table is not audited itself: what it mirrors is taken from the row of the kind.
        return [row | {name: own[pk].get(name) for name in mirrored} for pk, row in self.tables.get(RECORDS, {}).items() if pk in own]

    def _read(self, ids: set[UUID]) -> set[UUID]:
        """Reads these records; answers those that they link to."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, kind, to_jsonb(record) - 'search' FROM record WHERE id = ANY (%s)", [list(ids)])
            found = cursor.fetchall()
        further: set[UUID] = set()
        by_kind: dict[str, list[UUID]] = {}
        for pk, kind, row in found:
            self.kinds[pk] = kind
            self.tables.setdefault(RECORDS, {})[pk] = json.loads(row) if isinstance(row, str) else row
            by_kind.setdefault(kind, []).append(pk)
        for kind, some in by_kind.items():
            entity = registry.kind(kind)
            if entity is None:
                continue
            table = entity.model._meta.db_table
            rows = rows_at(entity.model, self.moment, some)
            self.tables.setdefault(table, {}).update(rows)
            columns = [field.columns()[0] for field in entity.fields.values() if isinstance(field, Link)]
            further |= {pk for row in rows.values() for pk in (as_uuid(row.get(column) or "") for column in columns) if pk}
        for source, links in links_at([pk for pk in self.kinds if pk in ids], self.moment).items():
            self.links[source] = links
            further |= {pk for pk in (as_uuid(row["target_id"]) for row in links) if pk}
        return further


def links_at(ids: Sequence[UUID], moment: datetime) -> dict[UUID, list[Row]]:
    """{record: rows of its many-links} as they stood."""
    with connection.cursor() as cursor:
        then = links_as_they_stood(LINKS)
        cursor.execute(f"WITH {then} SELECT source_id, to_jsonb({LINKS}) FROM {LINKS} WHERE source_id = ANY (%s)", [moment, list(ids)])  # noqa: S608
        rows = [(pk, json.loads(row) if isinstance(row, str) else row) for pk, row in cursor.fetchall()]
    found: dict[UUID, list[Row]] = {}
    for pk, row in rows:
        found.setdefault(pk, []).append(row)
    return found


def _moment(raw: Any) -> datetime | None:
    return parse_datetime(raw) if isinstance(raw, str) else None


def owner_of(row: Mapping[str, Any]) -> tuple[UUID | None, UUID | None]:
    """(owner, team) of a record's row."""
    return as_uuid(row.get("owner_id") or ""), as_uuid(row.get("team_id") or "")
