"""The part of an address which names a record kind. An unknown one does not match, so other routes get their turn."""

from typing import Any

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry


class KindConverter:
    """`accounts` ↔ the entity."""

    regex = "[a-z][a-z0-9_]*"

    def to_python(self, value: str) -> Entity[Any]:
        found = registry.plural(value)
        if found is None:
            raise ValueError(value)
        return found

    def to_url(self, value: Entity[Any] | str) -> str:
        return value if isinstance(value, str) else value.plural


class BesideConverter:
    """Which way from a record along its list."""

    regex = "previous|next"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
