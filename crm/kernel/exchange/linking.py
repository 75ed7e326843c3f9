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
from crm.kernel.records.reading import names_of
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
        self._names: dict[str, list[str]] = {}

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

    def near(self, field: Fact, text: str) -> str:
        """A name that is nearly the text, where there is one clear candidate among few; "" else."""
        label = target_of(field)._meta.label
        if label not in self._names:
            self._names[label] = few_names(field)
        return near([text], self._names[label]).get(text, "")

    def note(self, field: Fact, text: str, record: UUID) -> None:
        """A record of that name has just been made."""
        self._known[(target_of(field)._meta.label, fold(text))] = Found((record,))

    def forget(self) -> None:
        """Everything may be different now."""
        self._known.clear()
        self._names.clear()


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


#: Names are compared with each other only where a link may point to so few records.
_FEW = 60


def few_names(one: Fact) -> list[str]:
    """The names of the records that a link may point to, where there are few of them; else nothing."""
    target = registry.of(target_of(one))
    if target is None or policy_for(target).hidden(current_actor()) & {target.title}:
        return []
    ids = list(visible(target).values_list("pk", flat=True)[: _FEW + 1])
    return sorted(set(names_of(target.model, ids).values())) if len(ids) <= _FEW else []


def near(texts: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """{text: the one name that has the same letters and digits}: it differs in spaces, points and case only."""
    by_letters: dict[str, list[str]] = {}
    for name in names:
        by_letters.setdefault(_letters(name), []).append(name)
    found = {text: by_letters.get(_letters(text), []) for text in texts}
    return {text: same[0] for text, same in found.items() if len(same) == 1 and _letters(text)}


def _letters(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())


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
    return found_by(entity, field, {text: key_of(field, text) for text in texts})


def found_by(entity: Entity[Any], field: Fact, compared: Mapping[str, Any]) -> dict[str, Found]:
    """The same for {text: its compared value, None where it has none}."""
    keys = {text: key for text, key in compared.items() if key is not None}
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
