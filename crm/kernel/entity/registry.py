"""Every record kind there is. Filled by importing each part's `entities.py` when Django is ready.

A workspace may have changed the shipped kinds and made its own (`entity.custom`): inside a scope the registry answers its kinds.
So whoever asks must ask each time, and keep no kind from one request to the next.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from crm.kernel.entity.entity import Entity


_NUMBERS = count(1)


class Kinds:
    """A set of record kinds, found by kind, plural or model. A model counts by its label: one that a workspace has shaped
    is the shipped one with further columns."""

    def __init__(self, entities: "Iterable[Entity[Any]]", off: frozenset[str] = frozenset()) -> None:
        #: The parts that are not used.
        self.off = off
        self.by_kind = {entity.kind: entity for entity in entities}
        #: Never given to other kinds, in this process.
        self.number = next(_NUMBERS)

    @cached_property
    def by_plural(self) -> "dict[str, Entity[Any]]":
        return {entity.plural: entity for entity in self.by_kind.values()}

    @cached_property
    def by_label(self) -> "dict[str, Entity[Any]]":
        return {entity.model._meta.label: entity for entity in self.by_kind.values()}

    @cached_property
    def pointing(self) -> "dict[str, list[tuple[Entity[Any], Any]]]":
        """{label of a model: [(kind, its link field)]}."""
        found: dict[str, list[tuple[Entity[Any], Any]]] = {}
        for entity in self.by_kind.values():
            for field in entity.fields.values():
                if field.type == "link" and field.target is not None:
                    found.setdefault(field.target._meta.label, []).append((entity, field))
        return found


class Registry:
    """The kinds of the workspace at hand; outside a scope the shipped ones."""

    def __init__(self) -> None:
        self._shipped: dict[str, Entity[Any]] = {}
        self._known: Kinds | None = None
        #: Answers the kinds of the ambient workspace, None where they are the shipped ones; set by `entity.custom.shapes`.
        self.shaped: Callable[[], Kinds | None] = lambda: None
        #: The model whose table holds the records of workspaces' own kinds, and what these are compared by.
        self.base_of_own: type[models.Model] | None = None
        self.duplicates_of_own: Callable[[Entity[Any], bool, Collection[str]], Sequence[Any]] = lambda entity, alike, marked: ()
        #: Called with a kind whose records are compared by other fields from now on.
        self.compared_anew: Callable[[str], None] = lambda kind: None

    def add(self, entity: "Entity[Any]") -> None:
        if entity.kind in self._shipped:
            raise RuntimeError(f"two record kinds are called {entity.kind}")
        self._shipped[entity.kind] = entity
        self._known = None

    @property
    def shipped(self) -> Kinds:
        """The kinds that parts declare in code."""
        if self._known is None:
            self._known = Kinds(self._shipped.values())
        return self._known

    @property
    def now(self) -> Kinds:
        return self.shaped() or self.shipped

    def all(self) -> "list[Entity[Any]]":
        return list(self.now.by_kind.values())

    def kind(self, kind: str) -> "Entity[Any] | None":
        return self.now.by_kind.get(kind)

    def plural(self, plural: str) -> "Entity[Any] | None":
        return self.now.by_plural.get(plural)

    def of(self, model: type[models.Model] | None) -> "Entity[Any] | None":
        return self.now.by_label.get(model._meta.label) if model is not None else None

    def called(self, kind: str, title: str) -> str:
        """The stored title of a record of any kind, in the reader's language."""
        entity = self.kind(kind)
        return entity.called(title) if entity is not None else title

    def links_to(self, target: "Entity[Any]") -> "list[tuple[Entity[Any], Any]]":
        """[(other kind, its link field)] for every declared link that points at this kind."""
        return list(self.now.pointing.get(target.model._meta.label, ()))


registry = Registry()


def same_model(one: type[models.Model] | None, other: type[models.Model] | None) -> bool:
    """Whether two models are those of one record kind, shaped by a workspace or not."""
    return one is other or (one is not None and other is not None and one._meta.label == other._meta.label)


def ours(app: str) -> bool:
    """Whether an app is a part of Kith, of its repository or of a package of its own."""
    return app.startswith("crm.") or app in settings.OUTSIDE_PARTS


def discover(module: str) -> None:
    """Imports `<app>.<module>` of every installed part that has it."""
    for config in apps.get_app_configs():
        if ours(config.name) and find_spec(f"{config.name}.{module}"):
            import_module(f"{config.name}.{module}")
