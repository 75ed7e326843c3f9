"""The write pipeline: normalise → check → guard → derive → write → announce.

Every write of every path (form, inline edit, bulk, import, API, job) is a list of `Write`s that goes through these steps
in this order. Packages above add steps with `contribute`; nothing else writes record tables.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError, Link, Links
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry, same_model
from crm.kernel.identity.actor import Actor
from crm.kernel.quality.rules import check as check_rules
from crm.kernel.quality.rules import unique_value
from crm.kernel.records import standing
from crm.kernel.records.needed import require
from crm.kernel.records.reading import stands_for, visible_ids
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import forget

CREATE, CHANGE, REMOVE, RESTORE = "create", "change", "remove", "restore"


@dataclass(slots=True)
class Write:
    """One record on its way into the database. `errors` collects what does not fit, by field; `lacking` names those of its fields
    that only have to be filled; `missing` says why fields are empty ({field: code}, "" where a reason is taken back); `held` are the
    fields whose change waits, with what it waits for."""

    entity: Entity[Any]
    actor: Actor
    op: str
    record: Any = None
    given: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    old: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[Any]] = field(default_factory=dict)
    refusal: Refusal | None = None
    lacking: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)

    @property
    def new(self) -> bool:
        return self.op == CREATE

    def now(self, column: str) -> Any:
        """The value that a column will have."""
        return self.values[column] if column in self.values else self.was(column)

    def was(self, column: str) -> Any:
        """The value that a column has; of a new record its default."""
        return self.old[column] if column in self.old else getattr(self.record, column, None)

    def lack(self, name: str, message: Any) -> None:
        """Refuses the write because a field is empty."""
        self.lacking.append(name)
        self.wrong(name, message)

    def wrong(self, name: str, message: Any) -> None:
        self.errors.setdefault(name, []).append(message)

    @property
    def ok(self) -> bool:
        return self.refusal is None and not self.errors

    @property
    def moves(self) -> bool:
        """Whether there is anything to be written."""
        return bool(self.values or self.missing)

    def failure(self) -> Refusal:
        return self.refusal or Wrong(fields=self.errors, lacking=self.lacking)

    def changed(self, name: str) -> bool:
        return name in self.values and self.values[name] != self.old.get(name)


Step = Callable[[Write], None]

#: stage → [(model label or "*", step)]. "default" fills in, "guard" may refuse, "after" follows the write.
_STEPS: dict[str, list[tuple[str, Step]]] = {"default": [], "check": [], "guard": [], "derive": [], "after": []}


def contribute(stage: str, model: Any = None) -> Callable[[Step], Step]:
    """Adds a step: `@contribute("check", Opportunity)`; without a model it runs for every kind."""

    def add(step: Step) -> Step:
        _STEPS[stage].append((model._meta.label if model is not None else "*", step))
        return step

    return add


Batch = Callable[[list[Write]], None]
_BATCHES: list[tuple[str, Batch]] = []
_READY: list[tuple[str, Batch]] = []


def before_batch(model: Any) -> Callable[[Batch], Batch]:
    """Adds a step that goes ahead of all writes of one go, their values normalised: for what each of them would ask for by itself."""

    def add(step: Batch) -> Batch:
        _READY.append((model._meta.label, step))
        return step

    return add


def make_ready(writes: list[Write]) -> None:
    """`writes` are of one kind, before their defaults and checks."""
    _run_all(_READY, writes)


def _run_all(steps: list[tuple[str, Batch]], writes: list[Write]) -> None:
    for wanted, step in steps:
        if writes and wanted == writes[0].entity.model._meta.label and in_use(step):
            step(writes)


def after_batch(model: Any) -> Callable[[Batch], Batch]:
    """Adds a step that follows all writes of one go together: for rows and news that belong to each of many records."""

    def add(step: Batch) -> Batch:
        _BATCHES.append((model._meta.label, step))
        return step

    return add


def run_batches(writes: list[Write]) -> None:
    """`writes` are of one kind and have just been written."""
    forget()
    _run_all(_BATCHES, writes)


_HOLDING: list[tuple[Batch, Batch]] = []


def holding(hold: Batch, keep: Batch) -> None:
    """Adds a pair of steps for changes of one kind that go together. `hold` takes values out of writes, which are checked already, and
    notes them in `held`; `keep`, after everything else is written, gets the writes that something was held of."""
    _HOLDING.append((hold, keep))


def hold(writes: list[Write]) -> None:
    """Takes out what has to wait. The rules across fields hold for what is left, too."""
    for step, _keep in _HOLDING:
        if writes and in_use(step):
            step(writes)
    for write in writes:
        if write.held and write.values:
            for name, messages in check_rules(write.entity, write.values, write.old, Reading.of(write.actor)).items():
                for message in messages:
                    write.wrong(name, message)


def keep(writes: list[Write]) -> None:
    """Keeps what was taken out of these."""
    for _hold, step in _HOLDING:
        if writes and in_use(step):
            step(writes)
    for write in writes:
        vars(write.record)[_HELD] = write.held
        vars(write.record)[_WROTE] = write.moves


_HELD, _WROTE = "_kith_held", "_kith_wrote"


def held_of(record: Any) -> Mapping[str, Any]:
    """{field: what its change waits for} of what the write that answered this record held back."""
    found: Mapping[str, Any] = vars(record).get(_HELD, {})
    return found


def left_as_it_was(record: Any) -> bool:
    """Whether all that a write would have changed of this record waits."""
    return not vars(record).get(_WROTE, True)


def waits(record: Any) -> str:
    """What to say of it: "Tax number: the change waits for approval. Until then the old value stays in force."; "" where nothing waits."""
    held = held_of(record)
    entity = registry.of(type(record)) if held else None
    if entity is None:
        return ""
    names = ", ".join(str(entity.fields[name].label) for name in held)
    return _("%(fields)s: the change waits for approval. Until then the old value stays in force.") % {"fields": names}


RowStep = Callable[[Entity[Any], Any, Any], None]
_ROW_STEPS: list[RowStep] = []


def on_row(step: RowStep) -> RowStep:
    """Adds a step `(entity, record, row)` that fills columns of the record table before the row is written."""
    _ROW_STEPS.append(step)
    return step


def fill_row(entity: Entity[Any], record: Any, row: Any) -> None:
    for step in _ROW_STEPS:
        step(entity, record, row)


def run(stage: str, write: Write) -> None:
    label = write.entity.model._meta.label
    for wanted, step in _STEPS[stage]:
        if wanted in ("*", label) and in_use(step):
            step(write)


# ── normalise ───────────────────────────────────────────────────────────────────────────────────────────────────────


Closed = tuple[frozenset[str], frozenset[str]]
"""The names of the fields that an actor does not see, and of those that he may not write."""


def closed(entity: Entity[Any], actor: Actor) -> Closed:
    """Asked once for all writes of one go."""
    policy = policy_for(entity)
    return policy.hidden(actor), policy.readonly(actor)


def normalise(write: Write, reading: Reading, closed: Closed) -> None:
    """Raw values to stored ones, field by field; names that do not exist or may not be written are refused."""
    fields = write.entity.fields
    given = _writable(write, closed)
    left = set(given)
    for field_, names in write.entity.roots:
        if given.keys().isdisjoint(names):
            continue
        left.difference_update(names)
        try:
            write.values.update(field_.normalise(given, write.record, reading))
        except FieldError as error:
            write.wrong(error.part or field_.name, error.message)
    for name in given:
        if name in left and name not in fields:
            write.wrong(name, _("%(kind)s has no such field.") % {"kind": write.entity.label})


def _writable(write: Write, closed: Closed) -> dict[str, Any]:
    hidden, readonly = closed
    kept = {}
    for name, raw in write.given.items():
        if name == standing.MISSING and name not in write.entity.fields:
            write.missing = standing.read(write, raw, closed)
            continue
        plain = name.removesuffix("_id") if name not in write.entity.fields else name
        if plain in hidden:
            write.wrong(name, _("%(kind)s has no such field.") % {"kind": write.entity.label})
        elif plain in readonly and not (write.actor.kind == "system" or plain in _carried.get()):
            write.wrong(name, _("This field cannot be written."))
        else:
            kept[name] = raw
    return kept


#: Bookkeeping that an import carries over, by those who may import.
_carried: ContextVar[frozenset[str]] = ContextVar("kith_carried", default=frozenset())


@contextmanager
def carrying(names: Iterable[str]) -> Iterator[None]:
    """Inside, these read-only fields of new records may be given: an import keeps the original time of creation."""
    token = _carried.set(frozenset(names))
    try:
        yield
    finally:
        _carried.reset(token)


# ── check ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def check(writes: list[Write]) -> None:
    """Required values, links that exist and may be seen, values that must be unique, rules across fields."""
    for write in writes:
        if write.missing:
            standing.check(write)
        require(write)
        if write.ok:
            said = check_rules(write.entity, write.values, write.old, Reading.of(write.actor))
            for name, messages in said.items():
                for message in messages:
                    write.wrong(name, message)
            run("check", write)
    _links(writes)
    _unique(writes)


def check_values(write: Write) -> None:
    """What can be said of normalised values without asking what the record holds: values that are needed, links that are there."""
    if not (write.entity.shown or write.entity.variants):  # else it depends on the record what is needed
        for name, field_ in write.entity.needed:
            if write.values.get(field_.attname if isinstance(field_, Link) else name, "there") in (None, ""):
                write.wrong(name, _("%(label)s is needed.") % {"label": field_.label})
    _links([write])


def _targets(write: Write) -> list[tuple[Fact, UUID]]:
    found: list[tuple[Fact, UUID]] = []
    for field_ in write.entity.linked:
        if isinstance(field_, Link) and write.changed(field_.attname) and write.values[field_.attname]:
            found.append((field_, write.values[field_.attname]))
        if isinstance(field_, Links) and field_.name in write.values:
            kept = write.old.get(field_.name) or ()
            found += [(field_, one) for one in write.values[field_.name] if one not in kept]
    return found


def _links(writes: list[Write]) -> None:
    """Asks once per target kind for a whole batch whether the linked records are there for the actor."""
    asked = [(write, field_, target) for write in writes if write.ok for field_, target in _targets(write)]
    wanted: dict[Any, set[UUID]] = {}
    for _write, field_, target in asked:
        wanted.setdefault(field_.target, set()).add(target)
    there = {model: visible_ids(model, ids) for model, ids in wanted.items()}
    if any(target not in there[field_.target] for _write, field_, target in asked):
        asked = [_today(write, field_, target, there[field_.target]) for write, field_, target in asked]
    for write, field_, target in asked:
        if target not in there[field_.target]:
            write.wrong(field_.name, _("There is no such record, or it is not shared with you."))
        elif target == write.record.pk and same_model(field_.target, write.entity.model):
            write.wrong(field_.name, _("A record cannot be linked to itself here."))


def _today(write: Write, field_: Fact, target: UUID, there: set[UUID]) -> tuple[Write, Fact, UUID]:
    """A link to a record that was merged goes to the one that stands for it now, where the actor may see that one."""
    found = stands_for(target) if target not in there else None
    if found is None or found not in (there | visible_ids(field_.target, [found])):  # type: ignore[arg-type]
        return write, field_, target
    there.add(found)
    if isinstance(field_, Link):
        write.values[field_.attname] = found
    else:
        write.values[field_.name] = list(dict.fromkeys(found if one == target else one for one in write.values[field_.name]))
    return write, field_, found


def _unique(writes: list[Write]) -> None:
    if not writes:
        return
    entity = writes[0].entity
    for field_ in entity.fields.values():
        if not getattr(field_, "unique_value", False):
            continue
        ref = field_.filter_ref()
        asked: dict[Any, Write] = {}
        for write in writes:
            if not write.ok or not write.changed(field_.name) or write.values[field_.name] is None:
                continue
            # The first of a batch keeps the value; rows after it are told like those that meet a stored one.
            if asked.setdefault(field_.compared(write.values[field_.name]), write) is not write:
                _taken(write, field_)
        if not asked:
            continue
        stored = entity.model._default_manager.filter(Q(**{f"{ref}__in": list(asked)}), deleted_at=None)
        for pk, value in stored.values_list("pk", ref):
            if pk != asked[value].record.pk:
                _taken(asked[value], field_)


def _taken(write: Write, field_: Fact) -> None:
    shown = field_.display(write.values[field_.name], Reading.of(write.actor))
    write.wrong(field_.name, unique_value(field_.label, shown))


def new_record(entity: Entity[Any]) -> Any:
    """An empty record with an id, so that files and links can name it before it is written."""
    return bulk.new(entity.model, **entity.fixed)
