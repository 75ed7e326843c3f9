"""Events and who listens to them."""

import dataclasses
import inspect
import re
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, dataclass_transform
from uuid import UUID

import msgspec
from django.utils.translation import gettext

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Event:
    """Something that happened. Subclasses are declared with `@event`.

    Each has a field `record`, the id of the record it is about (or None): news about one record is delivered in
    order. Besides it holds what is worth telling: ids, texts, numbers, dates, money. The docstring is the
    documentation of the webhook.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    record: UUID | None


E = TypeVar("E", bound=Event)
Handler = Callable[[Any], object]
Wanted = Callable[[Any], bool]

_events: dict[str, type[Event]] = {}
_names: dict[type[Event], str] = {}
_handlers: dict[str, dict[str, tuple[Handler, Wanted | None]]] = {}


@dataclass_transform(frozen_default=True)
def event(cls: type[E]) -> type[E]:
    """Class decorator: makes an Event subclass a frozen dataclass and known under `<part>.<words-of-its-name>`."""
    frozen = dataclasses.dataclass(frozen=True)(cls)
    name = f"{_part(cls.__module__)}.{_CAPITAL.sub('-', cls.__name__).lower()}"
    known = _events.get(name)
    if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ValueError(f"two events are called {name}")
    if "record" not in frozen.__dataclass_fields__:
        raise ValueError(f"{name} needs a field `record`")
    if not cls.__doc__ or cls.__doc__.startswith(f"{cls.__name__}("):
        raise ValueError(f"{name} needs a docstring: it documents the webhook")
    _events[name] = frozen
    _names[frozen] = name
    return frozen


def handles(*classes: type[Event], when: Wanted | None = None) -> Callable[[Callable[[E], object]], Callable[[E], object]]:
    """Declares `def on_it(event)` as a handler of these events, or of those for which `when(event)` is true.

    `when` sees the event alone and is asked as it is published: what no handler wants counts as delivered at once,
    so that a handler of one kind's news does not make every imported row wait for it.

    It runs in the worker, in a transaction of its own inside the workspace's scope, as the person who caused the
    event (as Kith itself where that person is gone). Its effect and the mark that it is done commit together. Where
    it raises it is tried again later, and the record's following news waits.
    """

    def declare(handler: Callable[[E], object]) -> Callable[[E], object]:
        own_name = f"{handler.__module__}.{handler.__qualname__}"
        for cls in classes:
            _handlers.setdefault(_names[cls], {})[own_name] = (handler, when)
        return handler

    return declare


def _part(module: str) -> str:
    """`crm.sales.events` → `sales`, `crm.kernel.records.events` → `records`."""
    words = [word for word in module.split(".") if word not in ("crm", "kernel")]
    return words[0] if words else module


def name_of(happened: Event) -> str:
    """The name of an event; raises KeyError where its class was not declared with `@event`."""
    return _names[type(happened)]


def handlers_of(happened: Event) -> dict[str, Handler]:
    """The handlers that want this event, by name."""
    declared = _handlers.get(name_of(happened), {})
    return {name: handler for name, (handler, when) in declared.items() if when is None or when(happened)}


def all_events() -> dict[str, type[Event]]:
    """Every declared event by name: its fields and docstring are the reference for webhooks."""
    return dict(_events)


def told(cls: type[Event]) -> str:
    """What an event tells, as its docstring begins, in the reader's language."""
    words = inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].split()
    text = " ".join(words)
    return gettext(text)


def pack(happened: Event) -> dict[str, Any]:
    """The event's own values in JSON form (`record` stands in a column of its own)."""
    packed: dict[str, Any] = msgspec.to_builtins(happened)
    packed.pop("record", None)
    return packed


def unpack(name: str, record: UUID | None, payload: dict[str, Any]) -> Event:
    """The event back from its stored form. Raises KeyError for an unknown name and msgspec.ValidationError."""
    return msgspec.convert({**payload, "record": record}, _events[name], strict=False)
