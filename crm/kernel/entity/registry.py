"""Every record kind there is. Filled by importing each part's `entities.py` when Django is ready."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from crm.kernel.entity.entity import Entity


class Registry:
    """Finds an entity by kind, plural or model."""

    def __init__(self) -> None:
        self._kinds: dict[str, Entity[Any]] = {}
        self._models: dict[type[models.Model] | None, Entity[Any]] = {}

    def add(self, entity: "Entity[Any]") -> None:
        if entity.kind in self._kinds:
            raise RuntimeError(f"two record kinds are called {entity.kind}")
        self._kinds[entity.kind] = self._models[entity.model] = entity

    def all(self) -> "list[Entity[Any]]":
        return list(self._kinds.values())

    def kind(self, kind: str) -> "Entity[Any] | None":
        return self._kinds.get(kind)

    def plural(self, plural: str) -> "Entity[Any] | None":
        return next((entity for entity in self._kinds.values() if entity.plural == plural), None)

    def of(self, model: type[models.Model] | None) -> "Entity[Any] | None":
        return self._models.get(model)

    def called(self, kind: str, title: str) -> str:
        """The stored title of a record of any kind, in the reader's language."""
        entity = self.kind(kind)
        return entity.called(title) if entity is not None else title

    def links_to(self, target: "Entity[Any]") -> "list[tuple[Entity[Any], Any]]":
        """[(other kind, its link field)] for every declared link that points at this kind."""
        return [
            (other, field)
            for other in self._kinds.values()
            for field in other.fields.values()
            if field.type == "link" and field.target is target.model
        ]


registry = Registry()


def discover(module: str) -> None:
    """Imports `<app>.<module>` of every installed part that has it."""
    for config in apps.get_app_configs():
        if config.name.startswith("crm.") and find_spec(f"{config.name}.{module}"):
            import_module(f"{config.name}.{module}")
