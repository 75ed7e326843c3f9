"""Two archives told in one form: what differs by rights (ids, workspace, moment) taken out."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from crm.kernel.archive.ids import Ids

#: What the making of an archive and of a workspace itself writes.
OF_THE_ACT = ("archive_run", "audit_seal")
_ID = re.compile(r"(?<![0-9a-f-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f-])")


def told(path: Path, form: Callable[[str], str]) -> dict[str, Any]:
    """{member: its lines in order, or its bytes}, each after `form`; entries of the log about the archives themselves are left out."""
    found: dict[str, Any] = {}
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if name in ("manifest.json", "README.txt", "rows/audit_seal.jsonl"):
                continue
            raw = packed.read(name)
            if not name.startswith(("rows/", "readable/")):
                found[form(name)] = raw
                continue
            lines = [form(line) for line in raw.decode("utf-8-sig").splitlines()]
            if name == "rows/audit_entry.jsonl":
                lines = [line for line in lines if json.loads(line)["table_name"] not in OF_THE_ACT]
            found[name] = lines
    return found


def forward(old: UUID, new: UUID, typed: str) -> Callable[[str], str]:
    """Every id of the old workspace as the new one has it, but for `typed`, which somebody wrote and which is no id of anything."""
    ids = Ids(old, new)

    def form(text: str) -> str:
        changed = _ID.sub(lambda found: found[0] if found[0] == typed else ids.of(found[0]), text)
        return changed.replace(str(old), str(new)).replace(old.hex, new.hex)

    return form
