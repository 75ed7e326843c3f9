"""What the texts of link columns mean: ids, names, e-mail addresses; asked once for a whole batch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.text import fold
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError, Link, Links
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy.scope import current_actor

_MOST_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """The records that a text may mean: none, one, or several (of which two are kept)."""

    ids: tuple[UUID, ...] = ()

    @property
    def one(self) -> UUID | None:
        return self.ids[0] if len(self.ids) == 1 else None

    @property
    def several(self) -> bool:
        return len(self.ids) > 1


NOTHING = Found()


def target_of(field: Fact) -> type[models.Model]:
    """The model that a link field points to."""
    assert field.target is not None
    return field.target


class Resolver:
    """Remembers what was asked; `learn` a batch's texts first, then `find` each."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Found] = {}

    def learn(self, wanted: Mapping[str, tuple[Fact, set[str]]]) -> None:
        """Ask for what is not known yet: {field name: (field, texts)}."""
        if len(self._known) > _MOST_KEPT:
            self._known.clear()
        by_target: dict[type[models.Model], set[str]] = {}
        for field, texts in wanted.values():
            target = target_of(field)
            new = {text for text in texts if text and (target._meta.label, fold(text)) not in self._known}
            by_target.setdefault(target, set()).update(new)
        for target, texts in by_target.items():
            if texts:
                self._known |= {(target._meta.label, fold(text)): found for text, found in ask(target, texts).items()}

    def find(self, field: Fact, text: str) -> Found:
        """What a learned text means."""
        return self._known.get((target_of(field)._meta.label, fold(text)), NOTHING)

    def note(self, field: Fact, text: str, record: UUID) -> None:
        """A record of that name has just been made."""
        self._known[(target_of(field)._meta.label, fold(text))] = Found((record,))

    def forget(self) -> None:
        """Everything may be different now."""
        self._known.clear()


def ask(target: type[models.Model], texts: Iterable[str]) -> dict[str, Found]:
    """{text: what it means} for records, users and teams that the actor may see."""
    left = {text.strip() for text in texts}
    found: dict[str, Found] = {}
    by_id = {text: pk for text in left if len(text) >= 32 and (pk := as_uuid(text))}
    if by_id:
        there = set(_rows(target).filter(pk__in=by_id.values()).values_list("pk", flat=True))
        found |= {text: Found((pk,)) for text, pk in by_id.items() if pk in there}
    left -= set(found)
    if target is RecordRow:
        for entity in registry.all():
            if entity.menu and entity.parent is None and left:
                found |= _by_fields(entity, left)
                left -= set(found)
        return found
    kind = registry.of(target)
    return found | (_by_fields(kind, left) if kind is not None else _people(target, left))


def _rows(target: type[models.Model]) -> Any:
    entity = registry.of(target)
    return visible(entity) if entity is not None else target._default_manager.all()


def _by_fields(entity: Entity[Any], texts: set[str]) -> dict[str, Found]:
    """By the title first, then by whatever else the kind is matched by."""
    found: dict[str, Found] = {}
    left = set(texts)
    seen = policy_for(entity).fields(current_actor())
    for name in dict.fromkeys([entity.title, *entity.match]):
        field = seen.get(name)
        if field is None or not left or not field.filterable or isinstance(field, (Link, Links)):
            continue
        for text, hit in find_by(entity, field, left).items():
            found[text] = hit
            left.discard(text)
    return found


def find_by(entity: Entity[Any], field: Fact, texts: Iterable[str]) -> dict[str, Found]:
    """{text: the visible records whose field has that value}; texts that the field cannot have are left out."""
    keys = {text: key for text in texts if (key := key_of(field, text)) is not None}
    if not keys:
        return {}
    ref = field.filter_ref()
    ids: dict[Any, list[UUID]] = {}
    for pk, value in visible(entity).filter(**{f"{ref}__in": set(keys.values())}).values_list("pk", ref).order_by("pk"):
        ids.setdefault(value, []).append(pk)
    return {text: Found(tuple(ids[key][:2])) for text, key in keys.items() if key in ids}


def key_of(field: Fact, text: str) -> Any:
    """The value of a cell as the database compares it; None where it has none."""
    try:
        value = field.clean(text, current_reading())
    except FieldError:
        return None
    return None if value is None else field.compared(value)


def _people(target: type[models.Model], texts: set[str]) -> dict[str, Found]:
    """Users by e-mail or name, teams by name. There are few of them, so all are read."""
    names = {field.name for field in target._meta.fields}
    by_text: dict[str, list[UUID]] = {}
    columns = ["pk", "name", *(["email"] if "email" in names else [])]
    for pk, *words in target._default_manager.values_list(*columns).order_by("pk"):
        for word in {fold(word) for word in words if word}:
            by_text.setdefault(word, []).append(pk)
    return {text: Found(tuple(by_text[fold(text)][:2])) for text in texts if fold(text) in by_text}
