"""Rules across the fields of one kind, declared on its entity and kept on every path: form, API, import, automation.

    class Opportunities(Entity[Opportunity]):
        rules = [
            not_before("closed_on", "opened_on"),
            needed_when("lost_reason", "outcome", "lost"),
            one_of("email", "phone"),
        ]

A rule sees the record as it would stand: the cleaned values of this write over those that are stored. It speaks only
when one of its fields is written, so that an old record which breaks a newer rule can still be edited elsewhere.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.forms.errors import Words, filled
from crm.kernel.entity.forms.reading import Reading, current_reading

Message = str | Promise


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it would stand, by field name: links by the name of the field, amounts by their minor units."""

    entity: Entity[Any]
    values: Mapping[str, Any]
    reading: Reading

    def fact(self, name: str) -> Fact:
        return self.entity.fields[name]

    def value(self, name: str) -> Any:
        return self.values[name] if name in self.values else self.values.get(f"{name}_id")

    def blank(self, name: str) -> bool:
        return self.value(name) in (None, "", [], ())

    def label(self, name: str) -> Words:
        return self.fact(name).label

    def labels(self, names: Iterable[str]) -> Words:
        """The fields' labels, joined; told in the language of whoever reads the message."""
        return _joined([self.label(name) for name in names])

    def shown(self, name: str) -> str:
        """The value as the writer reads it."""
        return self.display(name, self.value(name))

    def display(self, name: str, value: Any) -> str:
        """Any value of the field as the writer reads it."""
        return str(self.fact(name).display(value, self.reading))


def _join(labels: list[Words]) -> str:
    return " / ".join(str(label) for label in labels)


_joined = lazy(_join, str)


class Rule(ABC):
    """`names` are the fields it is about; `broken` answers {field: message} for what does not fit, {} else."""

    names: tuple[str, ...]

    @abstractmethod
    def broken(self, seen: Seen) -> dict[str, Message]: ...


@dataclass(frozen=True)
class NotBefore(Rule):
    """`late` is on or after `early` (`apart`: after it), where both are there."""

    late: str
    early: str
    apart: bool = False

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.late, self.early)

    def broken(self, seen: Seen) -> dict[str, Message]:
        if seen.blank(self.late) or seen.blank(self.early):
            return {}
        late, early = seen.value(self.late), seen.value(self.early)
        if late > early or (late == early and not self.apart):
            return {}
        template = (
            _("Choose a value after %(value)s, which is “%(early)s”.")
            if self.apart
            else _("Choose %(value)s or later: “%(early)s” comes first.")
        )
        return {self.late: filled(template, value=seen.shown(self.early), early=seen.label(self.early))}


@dataclass(frozen=True)
class Together(Rule):
    """Where one of these is there, all of them are needed."""

    names: tuple[str, ...]

    def broken(self, seen: Seen) -> dict[str, Message]:
        missing = [name for name in self.names if seen.blank(name)]
        if not missing or len(missing) == len(self.names):
            return {}
        there = seen.labels(name for name in self.names if name not in missing)
        template = _("%(label)s is needed together with “%(there)s”; fill in both or neither.")
        return {name: filled(template, label=seen.label(name), there=there) for name in missing}


@dataclass(frozen=True)
class OneOf(Rule):
    """At least one of these is needed."""

    names: tuple[str, ...]

    def broken(self, seen: Seen) -> dict[str, Message]:
        if not all(seen.blank(name) for name in self.names):
            return {}
        return {self.names[0]: filled(_("Fill in one of these: %(labels)s."), labels=seen.labels(self.names))}


@dataclass(frozen=True)
class AtMostOne(Rule):
    """No more than one of these may be there."""

    names: tuple[str, ...]

    def broken(self, seen: Seen) -> dict[str, Message]:
        there = [name for name in self.names if not seen.blank(name)]
        if len(there) < 2:
            return {}
        return {there[-1]: filled(_("Keep only one of these: %(labels)s."), labels=seen.labels(there))}


@dataclass(frozen=True)
class NeededWhen(Rule):
    """`name` is needed where `other` is one of `values` (any value at all where none is given)."""

    name: str
    other: str
    values: tuple[Any, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.name, self.other)

    def broken(self, seen: Seen) -> dict[str, Message]:
        met = seen.value(self.other) in self.values if self.values else not seen.blank(self.other)
        if not met or not seen.blank(self.name):
            return {}
        template = _("%(label)s is needed while “%(other)s” is %(value)s.")
        facts = {"label": seen.label(self.name), "other": seen.label(self.other), "value": seen.shown(self.other)}
        return {self.name: filled(template, **facts)}


@dataclass(frozen=True)
class Between(Rule):
    """`name` lies from `low` to `high`, both in the units in which the field keeps its values."""

    name: str
    low: Any
    high: Any
    _template: ClassVar[Words] = _("It goes from %(low)s to %(high)s; this is %(value)s.")

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.name,)

    def broken(self, seen: Seen) -> dict[str, Message]:
        if seen.blank(self.name) or self.low <= seen.value(self.name) <= self.high:
            return {}
        facts = {
            "low": seen.display(self.name, self.low),
            "high": seen.display(self.name, self.high),
            "value": seen.shown(self.name),
        }
        return {self.name: filled(self._template, **facts)}


def required_together(*names: str) -> Rule:
    """All of the fields or none: required_together("latitude", "longitude")."""
    return Together(names)


def one_of(*names: str) -> Rule:
    """At least one of the fields: one_of("email", "phone")."""
    return OneOf(names)


def at_most_one(*names: str) -> Rule:
    """One of the fields or none: at_most_one("account", "contact")."""
    return AtMostOne(names)


def not_before(late: str, early: str) -> Rule:
    """`late` on or after `early`: not_before("closes", "opened")."""
    return NotBefore(late, early)


def after(late: str, early: str) -> Rule:
    """`late` after `early`, not at the same time: after("ends_at", "starts_at")."""
    return NotBefore(late, early, apart=True)


def needed_when(name: str, other: str, *values: Any) -> Rule:
    """`name` where `other` has one of `values`, or any value: needed_when("lost_reason", "outcome", "lost")."""
    return NeededWhen(name, other, values)


def between(name: str, low: Any, high: Any) -> Rule:
    """`low` ≤ `name` ≤ `high`: between("probability", 0, 100)."""
    return Between(name, low, high)


def unique_value(label: Words, value: str) -> Message:
    """What to say where another record has a value that each may have once."""
    return filled(_("“%(value)s” is taken: another record has this %(label)s already."), value=value, label=label)


def check(
    entity: Entity[Any], values: Mapping[str, Any], old: Mapping[str, Any], reading: Reading | None = None
) -> dict[str, list[Message]]:
    """{field: messages} of the kind's rules that the record would break.

    `values` are the cleaned values of this write and win over `old`, the stored ones ({} for a new record). Messages
    show values by `reading`, else by the ambient one.
    """
    found: dict[str, list[Message]] = {}
    if not entity.rules:
        return found
    seen = Seen(entity, {**old, **values}, reading or current_reading())
    for rule in _spoken(entity.rules, values, old):
        for name, message in rule.broken(seen).items():
            found.setdefault(name, []).append(message)
    return found


def _spoken(rules: Sequence[Rule], values: Mapping[str, Any], old: Mapping[str, Any]) -> list[Rule]:
    if not old:
        return list(rules)
    return [rule for rule in rules if any(name in values or f"{name}_id" in values for name in rule.names)]
