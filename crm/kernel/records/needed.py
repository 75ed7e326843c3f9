"""What must be filled: always, while it is shown, and where a record has come as far as a step of its board.

Every path asks here: form, cell, board, bulk edit, import, API. A kind with needs of its own (deals, by their stages) calls `ask`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.custom.laid import asked_at, column_of, hidden, layout_for
from crm.kernel.entity.entity import Entity
from crm.kernel.records.reading import titles_of
from crm.kernel.records.standing import not_applicable
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import because

if TYPE_CHECKING:
    from crm.kernel.records.pipeline import Write

#: How the reason of an undo begins in the audit log.
UNDOING = "undo: "


_taking_back: ContextVar[bool] = ContextVar("kith_taking_back", default=False)


def undoing() -> bool:
    """Whether what is written now takes something back: rules about single changes then give way to what was. Not told by the
    reason in the audit log, which is in anybody's own words."""
    return _taking_back.get()


@contextmanager
def taking_back(label: str) -> Iterator[None]:
    """What the block writes takes back the act that is called so."""
    token = _taking_back.set(True)
    try:
        with because(f"{UNDOING}{label}"):
            yield
    finally:
        _taking_back.reset(token)


def require(write: "Write") -> None:
    """Notes what is missing of the record as it would stand: what is written empty, and what this write makes needed or shown."""
    laid = layout_for(write.entity, write.actor, write.now)
    away = hidden(laid, write.actor, write.now)
    new = _newly(write, laid) if not write.new and (laid.shown or write.entity.variants) else frozenset()
    for name, field in laid.needed:
        column = column_of(field)
        if name in write.errors or name in away or write.now(column) not in (None, ""):
            continue
        if write.new or column in write.values or name in new:
            write.lack(name, _("%(label)s is needed.") % {"label": field.label})
    names = [name for name in asked_at(laid, write.now) if name not in away and not laid.fields[name].required]
    if names:
        board = laid.fields[str(laid.board)]
        value = write.now(column_of(board))
        ask(write, called(write.entity, value), names, write.new or write.changed(column_of(board)))


def _newly(write: "Write", laid: Entity[Any]) -> frozenset[str]:
    """The fields that were not needed of the record as it stands."""
    was = layout_for(write.entity, write.actor, write.was)
    before = hidden(was, write.actor, write.was)
    return frozenset(name for name, _field in laid.needed if name in before or not was.fields[name].required)


Demands = Callable[[], list[tuple[str, list[str]]]]
_DEMANDS: dict[str, Demands] = {}


def demands(model: Any) -> Callable[[Demands], Demands]:
    """Says what a kind's steps ask for where they are no facts of its layout: the function answers [(name of the step, fields)]."""

    def add(told: Demands) -> Demands:
        _DEMANDS[model._meta.label] = told
        return told

    return add


def steps_of(entity: Entity[Any]) -> list[tuple[str, list[str]]]:
    """[(name of a step, fields that must be filled before it)] of a kind."""
    told = _DEMANDS.get(entity.model._meta.label)
    more = told() if told is not None and in_use(told) else []
    return [*((called(entity, as_uuid(one.at) or one.at), list(one.fields)) for one in entity.steps), *more]


def called(entity: Entity[Any], value: Any) -> str:
    """A value of the board's field in words."""
    field = entity.fields[str(entity.board)]
    if field.type != "link":
        return str(dict(field.choices_list).get(value, value))
    return titles_of([value]).get(value, "")


def ask(write: "Write", at: str, names: Iterable[str], moved: bool) -> None:
    """What a step asks for must be there when a record comes to it, and is not taken away while it is there. Of a field that does not
    apply to the record a step asks nothing; that somebody refused it or does not know it yet is no answer."""
    if undoing():
        return
    for name in names:
        field = write.entity.fields.get(name)
        column = column_of(field) if field is not None else name
        told = moved or write.changed(column) or name in write.missing
        if name in write.errors or not told or write.now(column) not in (None, "", []) or not_applicable(write, name):
            continue
        label = field.label if field is not None else name
        said = _("Before “%(stage)s” this is needed: %(field)s.") % {"stage": at, "field": label}
        write.lack(name, said)
