"""The lists to read in an archive: one CSV file for each kind, with the labels that people know it by."""

from pathlib import Path
from typing import Any

from crm.kernel.archive.pace import Pace
from crm.kernel.archive.packing import Packer
from crm.kernel.archive.snapshot import Snapshot
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import exporting
from crm.kernel.exchange.writing import CsvWriter
from crm.kernel.files.storage import chunks_of
from crm.kernel.records import listing, reads


def lists(packer: Packer, moment: Snapshot, beside: Path, pace: Pace) -> None:
    """Writes them all; `beside`: a file that may be used meanwhile."""
    with moment.through_kinds():
        kinds = [entity.kind for entity in registry.all()]
    try:
        for kind in kinds:
            pace.step(0)
            with moment.through_kinds():
                entity = registry.kind(kind)
                assert entity is not None
                _write(entity, beside)
            with beside.open("rb") as written:
                packer.pour(f"readable/{entity.plural}.csv", chunks_of(written))
    finally:
        beside.unlink(missing_ok=True)


def _write(entity: Entity[Any], path: Path) -> None:
    names = exporting.columns_of(entity, ())
    writer = CsvWriter(path, exporting.headings(entity, names))
    cursor: str | None = None
    while True:
        with reads.through(reads.EXPORT):
            page = listing.page(entity, None, "", cursor, exporting.BATCH, [name for name in names if name != exporting.ID])
        exporting.add_rows(writer, entity, names, page.items)
        cursor = page.next
        if cursor is None:
            break
    writer.close()
