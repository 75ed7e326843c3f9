"""Who read sensitive fields: noted where a kind's field asks for it, with the page, list, file or answer that showed it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from crm.kernel.audit.models import AuditRead
from crm.kernel.audit.moment import today
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.tenancy.scope import current_actor

PAGE, API, EXPORT = "page", "api", "export"
_through: ContextVar[str] = ContextVar("kith_read_through", default="")


@contextmanager
def through(what: str) -> Iterator[None]:
    """Says by what the block lets fields be read."""
    token = _through.set(what)
    try:
        yield
    finally:
        _through.reset(token)


def sensitive(fields: Iterable[Fact]) -> list[Fact]:
    """Those of the fields whose readers are noted."""
    return [one for one in fields if one.sensitive]


def note(entity: Entity[Any], fields: Sequence[Fact], records: Sequence[UUID]) -> None:
    """Notes, as one row in the transaction at hand, that the actor reads these sensitive fields of these records. What Kith
    itself reads for its own work is nobody's reading."""
    actor = current_actor()
    if not fields or not records or actor.kind == "system":
        return
    with today():
        AuditRead(
            actor=actor.id, actor_label=actor.name, through=_through.get() or (API if actor.kind == "token" else PAGE), kind=entity.kind,
            fields=[one.name for one in fields], records=list(records),
        ).save(force_insert=True)  # fmt: skip


def note_record(entity: Entity[Any], record: Any, fields: Iterable[Fact]) -> None:
    """The same for one record at hand, whose empty fields tell nothing."""
    asked = [one for one in sensitive(fields) if one.value(record) not in (None, "", [])]
    if asked:
        note(entity, asked, [record.pk])
