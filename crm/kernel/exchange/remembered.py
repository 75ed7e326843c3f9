"""What was decided for a file is offered again for the next one with the same header: last month's export, for instance."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm.kernel.entity.entity import Entity
from crm.kernel.exchange.columns import importable
from crm.kernel.exchange.mapping.match import RECORD_ID
from crm.kernel.exchange.models import ImportRun, ImportState
from crm.kernel.exchange.options import Options


def find(entity: Entity[Any], columns: Sequence[str]) -> ImportRun | None:
    """The newest import of the workspace that has written records of this kind out of a file with these columns."""
    done = ImportRun.objects.filter(kind=entity.kind, state=ImportState.DONE, shape__columns=list(columns))
    return done.order_by("-created_at").first()


def taken_over(
    earlier: ImportRun, entity: Entity[Any], matches: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The mapping and options of an earlier import, as far as the actor may fill these fields.

    The order of dates is taken over only where the values of the new file leave it open.
    """
    fields = importable(entity)
    mapping = {column: name for column, name in earlier.mapping.items() if name in fields or name == RECORD_ID}
    old = Options.from_json(earlier.options)
    open_ = {match["column"] for match in matches if match.get("dates") in ("open", "mixed")}
    options = replace(
        old,
        key=old.key if old.key in mapping.values() else None,
        missing={name: what for name, what in old.missing.items() if name in fields},
        values={name: texts for name, texts in old.values.items() if name in fields},
        fill={name: text for name, text in old.fill.items() if name in fields},
        date_orders={column: order for column, order in old.date_orders.items() if column in open_},
    )
    return mapping, options.to_json()
