"""Example values: words for every field type, and ids of records the asker can really see."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from crm.kernel.access.policy import visible
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Field
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor

_IDS_A_KIND = 12
_BY_TYPE: dict[str, Any] = {
    "text": "Example",
    "long_text": "Example",
    "person_name": "Ada Lovelace",
    "integer": 3,
    "decimal": "12.50",
    "money": "1054.00",
    "percent": "40",
    "date": "2026-11-22",
    "datetime": "2026-11-22T09:30:00Z",
    "yes_no": True,
    "email": "ada@example.com",
    "phone": "+862164882107",
    "handle": "ada_lovelace",
    "url": "https://example.com/",
    "country": "CN",
    "currency": "CNY",
    "tags": ["example"],
    "links": [],
}


class Samples:
    """Looks up a few ids a kind, once; without an actor (`Samples.none()`) it gives no ids at all."""

    def __init__(self, actor: Actor | None) -> None:
        self._actor = actor
        self._ids: dict[str, list[UUID]] = {}

    @classmethod
    def none(cls) -> "Samples":
        """For the document in the repository, which must not change with the data."""
        return cls(None)

    def ids(self, entity: Entity[Any]) -> list[UUID]:
        """Up to a dozen ids, newest first."""
        if self._actor is None:
            return []
        if entity.kind not in self._ids:
            rows = visible(entity, "view", self._actor).order_by("-id").values_list("id", flat=True)
            self._ids[entity.kind] = list(rows[:_IDS_A_KIND])
        return self._ids[entity.kind]

    def nth(self, entity: Entity[Any], number: int) -> str | None:
        """An id of its own for each operation, so that trying “delete” does not take away what “read” shows."""
        ids = self.ids(entity)
        return str(ids[number % len(ids)]) if ids else None

    def value(self, field: Field) -> Any:
        """A value that this field accepts; None where there is nothing to show."""
        if field.type in ("choice", "multi_choice"):
            first = next((value for value, _label in field.choices_list), None)
            return first if field.type == "choice" or first is None else [first]
        if field.type == "link":
            return self._target(field)
        return _BY_TYPE.get(field.type)

    def _target(self, field: Field) -> str | None:
        one = registry.of(field.target)
        entities: Iterable[Entity[Any]] = [one] if one is not None else registry.all()
        return next((str(found) for entity in entities for found in self.ids(entity)[-1:]), None)

    def record(self, fields: dict[str, Field], *, required_only: bool = True) -> dict[str, Any]:
        """A record to send: what is required, with good values."""
        chosen = {name: field for name, field in fields.items() if field.required or not required_only}
        found = {name: self.value(field) for name, field in chosen.items()}
        return {name: value for name, value in found.items() if value is not None}
