"""A table as it stood at a past moment, as SQL over its present rows and the audit log.

The log holds every change, so a column stood as the first later entry that changed it says, or stands so still. Two ways lead
there, with the same answer. For many rows the later entries are read once, only those that touch a wanted column, and all other
rows are read as they are. For the few rows that a statement points at, each looks up its own entries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model

from crm.kernel.audit.models import AuditEntry

_AUDIT = AuditEntry._meta.db_table
#: Who changed a row last and when: no part of an entry, but its own actor and moment.
STAMPS = {"updated_at": "at", "updated_by_id": "actor"}


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows of `table` as they stood: `columns` are {wanted column: its SQL type} without the id, which is there always.

    `pointed`: the statement names the rows that it wants. `only`: a further condition on `now`, the present row. `gone`: with the
    rows that were removed since, which have no present one; what the log leaves out of them is empty. Every `%s` in what is
    answered takes the moment; there are `moments` of them.
    """

    table: str
    columns: Mapping[str, str]
    pointed: bool = False
    only: str = ""
    gone: bool = False

    @property
    def moments(self) -> int:
        return 2 if self._stamped else 1

    @property
    def members(self) -> str:
        """The members of a WITH; the last one is called like the table."""
        return self._by_row() if self.pointed else self._at_once()

    @property
    def _told(self) -> list[str]:
        """The wanted columns that entries tell."""
        return [name for name in self.columns if name not in STAMPS]

    @property
    def _stamped(self) -> bool:
        return any(name in STAMPS for name in self.columns)

    def _at_once(self) -> str:
        later, name = _quoted(f"later {self.table}"), _quoted(self.table)
        touching = "true" if self._stamped else f"(op = 'I' OR changes ?| ARRAY[{', '.join(map(_text, self._told))}]::text[])"
        values = "".join(f", CASE op WHEN 'I' THEN NULL ELSE changes -> {_text(one)} -> 0 END AS {_quoted(one)}" for one in self._told)
        kept = "".join(f", now.{_quoted(one)}" for one in self.columns)
        return f"""{later} AS MATERIALIZED (
  SELECT record{self._firsts()} FROM (
    SELECT record, at, id, op{values} FROM public.{_AUDIT} WHERE table_name = {_text(self.table)} AND at > %s::timestamptz AND {touching}
    OFFSET 0
  ) entry GROUP BY record
), {name} AS (
  SELECT now.id{kept} FROM public.{name} now
   WHERE now.id NOT IN (SELECT record FROM {later}){self._narrowed}
  UNION ALL
  SELECT now.id{self._then()} FROM {later} later JOIN public.{name} now ON now.id = later.record{self._last()}
   WHERE NOT later.made{self._narrowed}{self._removed()}
)"""  # noqa: S608  (names of our own tables)

    def _removed(self) -> str:
        if not self.gone:
            return ""
        later, name = _quoted(f"later {self.table}"), _quoted(self.table)
        known = {"workspace_id": "kith_workspace()"}
        values = [known.get(one, f"NULL::{type_}" if one in STAMPS else _typed(f"later.{_quoted(one)}", type_))
                  for one, type_ in self.columns.items()]  # fmt: skip
        return f"""
  UNION ALL
  SELECT {', '.join(['later.record', *values])} FROM {later} later
   WHERE NOT later.made AND NOT EXISTS (SELECT FROM public.{name} now WHERE now.id = later.record)"""  # noqa: S608  (names of our own tables)

    def _by_row(self) -> str:
        name = _quoted(self.table)
        values = "".join(f", CASE op WHEN 'I' THEN NULL ELSE changes -> {_text(one)} -> 0 END AS {_quoted(one)}" for one in self._told)
        return f"""{name} AS NOT MATERIALIZED (
  SELECT now.id{self._then()} FROM public.{name} now
   CROSS JOIN LATERAL (
    SELECT count(*) AS entries{self._firsts()} FROM (
      SELECT at, id, op{values} FROM public.{_AUDIT}
       WHERE record = now.id AND table_name = {_text(self.table)} AND at > %s::timestamptz) entry
   ) later{self._last()}
   WHERE later.made IS NOT TRUE{self._narrowed}
)"""  # noqa: S608  (names of our own tables)

    # Above, OFFSET keeps whole entries out of the sort, and NOT IN is looked up in a hash of those few: the planner, who cannot
    # know how many there are, would put all present rows into one.

    @property
    def _narrowed(self) -> str:
        return f" AND {self.only}" if self.only else ""

    def _firsts(self) -> str:
        """The first value of each column that a later entry replaced, as JSON; no value where none did."""
        firsts = [f"(array_agg({_quoted(one)} ORDER BY at, id) FILTER (WHERE {_quoted(one)} IS NOT NULL))[1] AS {_quoted(one)}"
                  for one in self._told]  # fmt: skip
        return ", ".join(["", "bool_or(op = 'I') AS made", *firsts])

    def _then(self) -> str:
        made = []
        for one, type_ in self.columns.items():
            name = _quoted(one)
            if one in STAMPS:
                known = "later.entries > 0" if self.pointed else "true"
                made.append(f"CASE WHEN {known} THEN coalesce(last.{STAMPS[one]}, now.{name}) ELSE now.{name} END AS {name}")
            else:
                made.append(f"CASE WHEN later.{name} IS NULL THEN now.{name} ELSE {_typed(f'later.{name}', type_)} END AS {name}")
        return "".join(f", {one}" for one in made)

    def _last(self) -> str:
        """The stamp of the last entry up to the moment."""
        if not self._stamped:
            return ""
        return f"""
    LEFT JOIN LATERAL (SELECT at, actor FROM public.{_AUDIT} WHERE record = now.id AND table_name = {_text(self.table)}
      AND at <= %s::timestamptz ORDER BY at DESC, id DESC LIMIT 1) last ON true"""  # noqa: S608  (names of our own tables)


def links_as_they_stood(table: str) -> str:
    """The members of a WITH in which `table`, that of many-links, is as it stood: what the first later entry of a link says tells
    whether it was there. The moment is the one parameter."""
    return f""""later links" AS (
  SELECT DISTINCT ON (record, field, target) * FROM (
    SELECT record, changes -> 'field' ->> side AS field, (changes -> 'target_id' ->> side)::uuid AS target, op, at, id, workspace_id
      FROM (SELECT *, CASE op WHEN 'I' THEN 1 ELSE 0 END AS side FROM public.{_AUDIT}) entry
     WHERE table_name = '{table}' AND at > %s::timestamptz) entry
   ORDER BY record, field, target, at, id
), "{table}" AS (
  SELECT now.id, now.workspace_id, now.source_id, now.field, now.target_id FROM public."{table}" now
    LEFT JOIN "later links" later ON (later.record, later.field, later.target) = (now.source_id, now.field, now.target_id)
   WHERE later.op IS DISTINCT FROM 'I'
  UNION ALL
  SELECT later.id, later.workspace_id, later.record, later.field, later.target FROM "later links" later
    LEFT JOIN public."{table}" now ON (later.record, later.field, later.target) = (now.source_id, now.field, now.target_id)
   WHERE later.op = 'D' AND now.id IS NULL
)"""  # noqa: S608  (names of our own tables)


def columns_of(models: Iterable[type[Model]]) -> dict[str, str]:
    """{column: SQL type} of a table but its id, as the models over it know them."""
    fields = (one for model in models for one in model._meta.concrete_fields if not one.primary_key)
    return {str(one.column): str(one.db_type(connection)) for one in fields}


def _typed(value: str, type_: str) -> str:
    """A JSON value as one of a column."""
    if type_ == "jsonb":
        return f"nullif({value}, 'null')"
    if type_.endswith("[]"):
        return f"CASE jsonb_typeof({value}) WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text({value}))::{type_} END"
    return f"({value} #>> '{{}}')::{type_}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
