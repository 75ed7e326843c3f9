"""What tells two hits of the same name apart: a few values of each, as the reader may see them."""

from collections.abc import Iterable
from uuid import UUID

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.records import listing
from crm.kernel.records.listing import Row
from crm.kernel.search.queries import Hit
from crm.kernel.tenancy.scope import current_actor


def notes(hits: Iterable[Hit]) -> dict[UUID, str]:
    """{id: "Shanghai · Wholesale"} from the fields which the kind names as its `hint`."""
    actor = current_actor()
    reading = Reading.of(actor)
    by_kind: dict[str, list[UUID]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit.id)
    said: dict[UUID, str] = {}
    for name, ids in by_kind.items():
        kind = registry.kind(name)
        if kind is None or not kind.hint:
            continue
        fields = policy_for(kind).fields(actor)
        shown = [fields[one] for one in kind.hint if one in fields]
        for row in listing.load(kind, ids, [field.name for field in shown]):
            texts = (_text(field, row, reading) for field in shown)
            said[row.id] = " · ".join(text for text in texts if text)
    return said


def _text(field: Fact, row: Row, reading: Reading) -> str:
    if field.type == "link":
        return str(row.names.get(field.name, ""))
    return str(field.display(row.values.get(field.name), reading))
