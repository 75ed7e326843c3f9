"""How a record is laid out for whoever looks at it: its sections, what is shown of them and what must be filled, as it stands or is
typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import QueryDict

from crm.kernel.entity.custom.laid import asked_at, hidden, layout_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Read
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages.inputs import Sight, values_of
from crm.kernel.records.pipeline import CHANGE, CREATE, Write, new_record, normalise
from crm.kernel.tenancy.scope import current_actor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Laid:
    """`entity` laid out for the record, `number` of its variant (-1: the layout for everybody); `away` what is not shown, `asked` what
    its step needs; `live` whether any of this can change while somebody types."""

    entity: Entity[Any]
    number: int
    away: frozenset[str]
    asked: tuple[str, ...]
    live: bool


def of_record(entity: Entity[Any], record: Any) -> Laid:
    """The layout for a stored record."""
    return _laid(entity, lambda column: getattr(record, column, None))


def of_form(entity: Entity[Any], record: Any, given: QueryDict | None) -> Laid:
    """The layout for a record (None: a new one) with what is typed in a form. What cannot be read counts as it was."""
    actor = current_actor()
    write = Write(entity, actor, CREATE if record is None else CHANGE, record=record if record is not None else new_record(entity))
    write.given = values_of(entity, given, record) if given is not None else {}
    normalise(write, Reading.of(actor), (frozenset(), frozenset()))
    return _laid(entity, write.now)


def _laid(entity: Entity[Any], read: Read) -> Laid:
    actor = current_actor()
    found = layout_for(entity, actor, read)
    number = next((at for at, one in enumerate(entity.variants) if one.entity is found), -1)
    live = bool(found.shown or found.steps or any(one.when is not None for one in entity.variants))
    return Laid(found, number, hidden(found, actor, read), tuple(asked_at(found, read)), live)


def sight(one: Laid) -> Sight:
    """The same for the inputs of a form."""
    return Sight(one.away, one.asked, one.live)


def arranged(things: Sequence[T], names: Sequence[str], order: Sequence[str], off: Sequence[str]) -> list[T]:
    """The things, called by `names`, in the order that a layout says; what it does not name stands behind."""
    place = {name: at for at, name in enumerate(order)}
    kept = [(place.get(name, len(place)), at, one) for at, (one, name) in enumerate(zip(things, names, strict=True)) if name not in off]
    return [one for _place, _at, one in sorted(kept, key=lambda found: found[:2])]
