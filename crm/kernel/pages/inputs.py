"""Inputs of a form: what stands in them, what may be chosen, what was wrong; and the way back from a form to values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_with
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.notify.bell import plain
from crm.kernel.pages.known import REASONS
from crm.kernel.pages.links import few, lookup_url, name_of_link
from crm.kernel.quality.queries import standings
from crm.kernel.records.reading import links_of
from crm.kernel.records.standing import MISSING
from crm.kernel.tenancy.scope import current_actor

#: Field types whose parts are entered, not the whole.
_IN_PARTS = frozenset({"address"})
#: How a form names the reasons that it sends, before the field's name.
WHY = "missing."
_COMMON_CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY", "TWD", "SGD", "AUD", "CAD", "CHF", "KRW", "INR")
#: Field type → how it is entered; "text" where nothing is said.
_KINDS = {
    "long_text": "area",
    "choice": "choice",
    "country": "choice",
    "currency": "choice",
    "multi_choice": "many",
    "yes_no": "yesno",
    "date": "date",
    "datetime": "datetime",
    "email": "email",
    "phone": "phone",
    "url": "url",
    "integer": "whole",
    "decimal": "number",
    "percent": "percent",
    "money": "money",
    "tags": "tags",
    "link": "link",
    "links": "links",
}


@dataclass(slots=True)
class Input:
    """`value` is the raw text of the input, or a list of them for several; `named` the names of chosen links; `reason` why it is empty."""

    field: Fact
    name: str
    kind: str
    value: Any = ""
    errors: list[str] = made_with(default_factory=list)
    options: list[tuple[str, str]] = made_with(default_factory=list)
    named: list[tuple[str, str]] = made_with(default_factory=list)
    lookup: str = ""
    currency: "Input | None" = None
    parts: "list[Input]" = made_with(default_factory=list)
    required: bool = False
    hidden: bool = False
    live: bool = False
    reason: str = ""
    of_record: bool = False

    @property
    def explained(self) -> bool:
        """Whether it can be said why it is empty: of a field of a record, not of what an act asks for."""
        return self.of_record and self.field.stands and not (self.field.part_of or self.field.required or self.field.title)

    @property
    def reasons(self) -> list[tuple[str, Any]]:
        """[(code, label)] of what can be said."""
        return REASONS

    @property
    def bare(self) -> bool:
        """Whether nothing stands in it."""
        return all(part.bare for part in self.parts) if self.parts else not self.value

    @property
    def wide(self) -> bool:
        return self.kind in ("area", "links", "tags", "many", "address")

    @property
    def key(self) -> str:
        return f"f-{self.name.replace('.', '-')}"


@dataclass(slots=True)
class Section:
    label: Any
    inputs: list[Input]

    @property
    def hidden(self) -> bool:
        return all(one.hidden for one in self.inputs)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a layout says of a form's fields: those not shown (`away`), those needed as the record stands (`asked`), and whether that can
    change while one types (`live`)."""

    away: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    live: bool = False


def sections(
    entity: Entity[Any], record: Any, given: QueryDict | None, errors: Mapping[str, Sequence[Any]], quick: bool = False,
    sight: Sight = Sight(),
) -> list[Section]:
    """The form's sections; `quick` takes only the short list, what is required, and days that the address fills."""
    actor = current_actor()
    policy = policy_for(entity)
    closed = policy.readonly(actor) | policy.hidden(actor)
    plan: Mapping[Any, Sequence[str]] = entity.sections
    if quick and entity.quick:
        needed = [name for name, one in entity.fields.items() if one.required and name not in closed and not one.part_of]
        days = [name for name in given or () if name in entity.fields and entity.fields[name].type in ("date", "datetime")]
        quickly = [name for name in entity.quick if name not in entity.left_out]
        plan = {"": list(dict.fromkeys([*quickly, *needed, *sight.asked, *days]))}
    reading = Reading.of(actor)
    why = reasons_of(record, given)
    made = []
    for label, names in plan.items():
        inputs = [
            input_of(entity, entity.fields[name], record, given, errors, reading)
            for name in names
            if name in entity.fields and name not in closed
        ]
        for one in inputs:
            _seen(one, sight)
            explain(one, why)
        if inputs:
            made.append(Section(label, inputs))
    return made


def reasons_of(record: Any, given: QueryDict | None) -> dict[str, str]:
    """{field: why it is empty} as it was chosen in a form, else as it is known of the record."""
    known = standings([record.pk]).get(record.pk, {}) if record is not None else {}
    chosen = {name.removeprefix(WHY): given.get(name, "") for name in given if name.startswith(WHY)} if given is not None else {}
    return {name: one.reason for name, one in known.items()} | chosen


def explain(one: Input, why: Mapping[str, str]) -> None:
    """The input asks why it is empty, and says what is known of that."""
    one.of_record, one.reason = True, why.get(one.name, "")


def _seen(one: Input, sight: Sight) -> None:
    """What is not shown stays in the form with its value; an input with an error is shown in any case."""
    one.hidden, one.live = one.name in sight.away and not one.errors, sight.live
    one.required = one.required or one.name in sight.asked
    for part in one.parts:
        _seen(part, sight)


def input_of(
    entity: Entity[Any],
    one: Fact,
    record: Any,
    given: QueryDict | None,
    errors: Mapping[str, Sequence[Any]],
    reading: Reading,
) -> Input:
    """One input with what was typed, else what the record holds, else the default."""
    kind = "address" if one.type in _IN_PARTS else _KINDS.get(one.type, "text")
    made = Input(one, one.name, kind, required=one.required, errors=[str(text) for text in errors.get(one.name, ())])
    if kind == "address":
        made.parts = [input_of(entity, part, record, given, errors, reading) for part in entity.fields.values() if part.part_of == one.name]
        return made
    made.value = _value(one, kind, record, given, reading)
    if kind in ("choice", "many"):
        made.options = [(value, str(label)) for value, label in one.choices_list]
    if kind in ("link", "links"):
        _link(made, one)
    if kind == "money":
        part = entity.fields.get(f"{one.name}_currency")
        if part is not None:
            made.currency = input_of(entity, part, record, given, errors, reading)
            made.currency.value = made.currency.value or reading.currency
            made.currency.options = [(code, code) for code in dict.fromkeys([str(made.currency.value), *_COMMON_CURRENCIES])]
    return made


def _value(one: Fact, kind: str, record: Any, given: QueryDict | None, reading: Reading) -> Any:
    several = kind in ("many", "links")
    if given is not None and one.name in given:
        return given.getlist(one.name) if several else given.get(one.name, "")
    if record is None:
        return _default(one, several)
    if kind == "links":
        return [str(pk) for pk in links_of(record.pk, one.name)]
    value = one.value(record)
    if value is None:
        return [] if several else ""
    if kind == "datetime":
        local = value.astimezone(reading.zone)
        return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")
    if kind == "tags":
        return ", ".join(value)
    if kind == "yesno":
        return "true" if value else "false"
    if kind == "phone" or one.spoken:
        return str(one.display(value, reading))
    if kind == "area":
        return plain(str(value))  # people are named in it as they are called; the write knows them again
    raw = one.to_json(value)
    return [str(part) for part in raw] if several else "" if raw is None else str(raw)


def _default(one: Fact, several: bool) -> Any:
    if several:
        return []
    actor = current_actor()
    if one.name == "owner":
        return str(actor.id or "")
    if one.name == "team":
        return str(actor.team_id or "")
    default = getattr(one, "default", None)
    plain = default is not None and not callable(default) and type(default).__name__ != "NOT_PROVIDED" and not isinstance(default, type)
    return str(default) if plain else ""


def _link(made: Input, one: Fact) -> None:
    """A short list is chosen from, a long one is searched; either way the present value keeps its name."""
    chosen = [pk for pk in (made.value if isinstance(made.value, list) else [made.value]) if pk]
    options = few(one) if made.kind == "link" else None
    if options is not None:
        made.options = [(str(pk), title) for pk, title in options]
        for pk in chosen:
            if pk not in dict(made.options):
                made.options.append((pk, _name(one, pk)))
        return
    made.lookup = lookup_url(one)
    made.named = [(pk, _name(one, pk)) for pk in chosen]


def _name(one: Fact, raw: str) -> str:
    pk = as_uuid(raw)
    return (name_of_link(one, pk) if isinstance(pk, UUID) else "") or _("Not shared with you")


def values_of(entity: Entity[Any], given: QueryDict, record: Any = None) -> dict[str, Any]:
    """{field: raw value} of what a form sent, and under `missing` why its empty fields are empty. A form names its many-valued fields in
    `several`, as empty ones are not sent."""
    found: dict[str, Any] = {}
    for name, one in entity.fields.items():
        if one.type in ("multi_choice", "links"):
            if name in given or name in given.getlist("several"):
                found[name] = [value for value in given.getlist(name) if value]
        elif name in given:
            found[name] = given.get(name)
    asked = [name for name in entity.fields if f"{WHY}{name}" in given and _left_empty(entity, name, found)]
    reasons = {name: given.get(f"{WHY}{name}", "") for name in asked}
    return found | {MISSING: reasons} if reasons else found


def _left_empty(entity: Entity[Any], name: str, found: Mapping[str, Any]) -> bool:
    """Whether a form left a field empty: a reason that was chosen before something was typed means nothing."""
    sent = [found[one] for one in entity.fields[name].names() if one in found and entity.fields[one].type != "currency"]
    return all(not (raw.strip() if isinstance(raw, str) else raw) for raw in sent)


def elsewhere(entity: Entity[Any], made: Sequence[Section], errors: Mapping[str, Sequence[Any]]) -> list[str]:
    """What was wrong with fields for which this form has no input, in sentences."""
    inputs = [one for part in made for one in part.inputs]
    shown = {one.name for one in inputs} | {part.name for one in inputs for part in one.parts}
    labels = {name: entity.fields[name].label if name in entity.fields else name for name in errors}
    return [f"{labels[name]}: {text}" for name, said in errors.items() if name not in shown for text in said]
