"""Words inside attached files: written with their text, found with the records they hang on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from crm.kernel.base.text import plain
from crm.kernel.entity.entity import Entity
from crm.kernel.files.hooks import on_text
from crm.kernel.files.models import FileRef, FileText
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import visible_ids
from crm.kernel.search.words import lexemes, question, quoted, scope_word
from crm.kernel.tenancy.scope import current_workspace_id, once

#: A text is found by its first words: PostgreSQL keeps at most a megabyte of them.
MOST_BYTES = 400_000
#: How many files are looked at before rights are asked, and how many where nearly all of the first were somebody else's.
NEAR, FAR = 200, 3_000
#: Letters shown around the first word that was found.
AROUND = 60


@on_text
def write_words(row: FileRef, text: FileText) -> None:
    """Fills `text.search` from the file's name and its text."""
    found: dict[str, None] = {}
    room = MOST_BYTES
    for part in (row.name, text.body):
        for lexeme in lexemes(part):
            if lexeme not in found:
                room -= len(lexeme.encode()) + 8
                if room < 0:
                    break
                found[lexeme] = None
    text.search = " ".join(f"{quoted(one)}:1" for one in [*found, scope_word("w", current_workspace_id())])


@dataclass(frozen=True, slots=True)
class Inside:
    """A file in which the words stand, and the record it hangs on."""

    file: UUID
    record: UUID
    kind: str
    title: str
    rank: float
    at: datetime


def found_inside(index: str, kinds: Iterable[Entity[Any]]) -> list[Inside]:
    """The best file of each record that the actor sees, best first. `index`: the tsquery text of a question."""
    wanted = {kind.kind for kind in kinds if kind.menu}
    return [one for one in once(("inside files", index), lambda: _seen(index)) if one.kind in wanted]


def _seen(index: str) -> list[Inside]:
    asked = f"({index}) & {quoted(scope_word('w', current_workspace_id()))}"
    seen: list[Inside] = []
    for many in (NEAR, FAR):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM kith_search_files(%s, %s)", [asked, many])
            found = [Inside(*row) for row in cursor.fetchall()]
        there = visible_ids(RecordRow, [one.record for one in found])
        seen = [one for one in found if one.record in there]
        if len(found) < many or len(seen) * 10 > len(found):
            break
    best: dict[UUID, Inside] = {}
    for one in seen:
        best.setdefault(one.record, one)
    return list(best.values())


def excerpts(text: str, files: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """{file: (its name, what stands around the first of the words)} of files that were found for the text."""
    wanted = list(files)
    if not wanted:
        return {}
    runs = question(text).runs
    rows = FileText.objects.filter(file_id__in=wanted).values_list("file_id", "file__name", "body")
    return {pk: (name, _around(body, runs)) for pk, name, body in rows}


def _around(body: str, runs: Iterable[str]) -> str:
    """One line with the first run that stands in the text as it was typed; "" where only its forms do."""
    folded = plain(body)
    if len(folded) != len(body):
        folded = body.lower()
    at = min((place for run in runs if (place := folded.find(run)) >= 0), default=-1)
    if at < 0:
        return ""
    begin, end = max(at - AROUND // 2, 0), at + AROUND
    cut = " ".join(body[begin:end].split())
    return f"{'…' if begin else ''}{cut}{'…' if end < len(body) else ''}"
