"""Whether the log in an archive is as it was sealed: asked before anything of it is kept.

Entries go by in the order of the file, a batch at a time; the digests of all batches grow beside each other, so that nothing else is
remembered. The database works out each entry's leaf and each seal's link by the functions that made them.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from crm.kernel.archive.form import encoded
from crm.kernel.archive.reading import Unfit, unfit

Row = Mapping[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Batch:
    """One seal over entries, and what was seen of them."""

    def __init__(self, seal: Row) -> None:
        self.number = int(seal["number"])
        self.begins, self.ends = int(seal["from_txid"]), int(seal["to_txid"])
        self.rows, self.content = int(seal["rows"]), str(seal["content"])
        self.seen, self.digest = 0, hashlib.sha256()


class Chain:
    """The seals of an archive. Raises Unfit where one does not follow from the one before."""

    def __init__(self, workspace: str, seals: Sequence[Row]) -> None:
        self._workspace = workspace
        self._epochs: dict[datetime, list[_Batch]] = {}
        self.rules = [seal["rule"] for seal in seals if seal.get("rule")]
        self._removed = {str(one["table"]): datetime.fromisoformat(one["before"]) for one in self.rules if "table" in one}
        self._follow(seals)
        for seal in seals:
            if not seal.get("rule"):
                self._epochs.setdefault(datetime.fromisoformat(seal["since"]), []).append(_Batch(seal))
        self._since = sorted(self._epochs)
        self._begins = {since: [batch.begins for batch in batches] for since, batches in self._epochs.items()}

    def _follow(self, seals: Sequence[Row]) -> None:
        previous = b""
        with connection.cursor() as cursor:
            for number, seal in enumerate(seals, 1):
                cursor.execute(
                    "SELECT s.number, s.digest, kith_audit_link(%s, s) FROM jsonb_populate_record(NULL::public.audit_seal, %s::jsonb) s",
                    [previous, encoded({**seal, "workspace_id": self._workspace}).decode()],
                )
                found, digest, expected = cursor.fetchone()
                if found != number or digest is None or bytes(digest) != bytes(expected):
                    raise _broken(number)
                previous = bytes(digest)
        self.last = previous.hex()

    def see(self, entries: Sequence[Row]) -> None:
        """Entries as they are in the archive, in its order."""
        given = encoded([{**entry, "workspace_id": self._workspace} for entry in entries]).decode()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e.at, e.txid, e.table_name, e.digest IS NOT NULL, e.changes <> '{}', kith_audit_leaf(e) "
                "FROM jsonb_populate_recordset(NULL::public.audit_entry, %s::jsonb) e",
                [given],
            )
            for at, txid, table, retired, kept, leaf in cursor.fetchall():
                batch = self._batch(at, txid)
                if batch is None:
                    continue
                batch.seen += 1
                batch.digest.update(bytes(leaf))
                if retired and (kept or at >= self._removed.get(table, _EPOCH)):
                    raise _broken(batch.number)

    def _batch(self, at: datetime, txid: int) -> _Batch | None:
        """The batch of an entry; None for one that was not sealed yet."""
        if not self._since:
            return None
        since = self._since[max(bisect_right(self._since, at) - 1, 0)]
        place = bisect_right(self._begins[since], txid) - 1
        while place >= 0:
            batch = self._epochs[since][place]
            if batch.begins <= txid < batch.ends:
                return batch
            if batch.begins < batch.ends:
                return None
            place -= 1
        return None

    def done(self) -> None:
        """All entries went by. Raises Unfit where a batch does not hold."""
        for batches in self._epochs.values():
            for batch in batches:
                if batch.seen != batch.rows or batch.digest.hexdigest() != batch.content.removeprefix("\\x"):
                    raise _broken(batch.number)


def _broken(number: int) -> Unfit:
    return unfit(
        _("rows/audit_entry.jsonl: the audit log in this archive is not as it was sealed: seal %(number)s does not hold. "
          "Take another archive of the workspace."), number=number
    )  # fmt: skip
