"""Ids inside rows, where a workspace comes in under new ones: in columns of ids always, in texts and JSON where what is named is there."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from psycopg import sql

from crm.kernel.archive.form import decoded, encoded
from crm.kernel.archive.ids import Ids
from crm.kernel.archive.tables import AUDIT, FIRST, IDS_IN_TEXT, Table

_IDS = frozenset({"uuid", "uuid[]"})
_TEXTS = frozenset({"text", "text[]", "jsonb", "character varying", "character"})
_ID = re.compile(r"(?<![0-9a-f-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f-])")

Row = dict[str, Any]


class Remapping:
    """Gives rows of a table their new ids, a batch at a time."""

    def __init__(self, ids: Ids, every: Iterable[Table]) -> None:
        self._ids = ids
        self._of_column = {table.name: {name for name, sort in table.columns.items() if sort in _IDS} for table in every}
        self._texts = {table.name: {name for name, sort in table.columns.items() if sort in _TEXTS} for table in every}
        self._bare = (ids.old.replace("-", ""), ids.new.replace("-", ""))
        self._loaded = [name for name in FIRST if name in self._of_column]

    def batch(self, table: Table, rows: list[Row]) -> list[Row]:
        """The rows with their new ids. Raises ValueError where a column of ids holds none."""
        if not self._ids.fresh:
            return rows
        texts = []
        for row in rows:
            for name in self._of_column[table.name] & row.keys():
                row[name] = self._ids.of_any(row[name])
            if table.name == AUDIT:
                row["changes"] = self._changes(row)
            texts.append(encoded({name: row[name] for name in self._texts[table.name] & row.keys()}).decode())
        known = self._there({found for text in texts for found in _ID.findall(text)})
        always = any((table.name, name) in IDS_IN_TEXT for name in table.columns)
        for row, text in zip(rows, texts, strict=True):
            new = _ID.sub(lambda found: self._ids.of(found[0]) if always or found[0] in known else found[0], text)
            new = new.replace(self._ids.old, self._ids.new).replace(*self._bare)
            if new != text:
                row.update(decoded(new))
        return rows

    def _changes(self, row: Row) -> Any:
        """What the log says of columns of ids, whether what they point to is there still or not."""
        columns, changes = self._of_column.get(row["table_name"], set()), row["changes"]
        if not columns or not isinstance(changes, dict):
            return changes
        found = {name: [self._told(one) for one in pair] for name, pair in changes.items() if name in columns and isinstance(pair, list)}
        return {**changes, **found}

    def _told(self, value: Any) -> Any:
        return self._ids.of_any(value) if isinstance(value, str) and _ID.fullmatch(value) or isinstance(value, list) else value

    def _there(self, found: set[str]) -> set[str]:
        """Those of the old ids that are ids of something in the workspace: a text may hold others that only look like one."""
        if not found:
            return set()
        by_new = {self._ids.of(one).replace("-", ""): one for one in found}
        union = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT id FROM {} WHERE id = ANY (%(ids)s)").format(sql.Identifier("public", name)) for name in self._loaded
        )
        with connection.cursor() as cursor:
            cursor.execute(union, {"ids": [f"{{{one}}}" for one in by_new]})
            there = {row[0].hex for row in cursor.fetchall()}
        return {old for old in found if self._ids.of(old).replace("-", "") in there}
