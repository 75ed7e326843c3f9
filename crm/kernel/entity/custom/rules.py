"""Rules across fields that a workspace states by a formula which has to hold: `price >= cost or empty(cost)`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words, Wrong
from crm.kernel.entity.custom.checking import LONGEST_HELP, Given
from crm.kernel.entity.custom.formula import Formula
from crm.kernel.entity.custom.words import said
from crm.kernel.entity.custom.worked import calculable
from crm.kernel.entity.entity import Entity

MOST_RULES = 50


@dataclass(frozen=True)
class Holds:
    """The formula must not be untrue; where an input is missing it is neither. Read like the rules of `quality.rules`.

    The message stands at `field`. A rule whose fields are gone says nothing."""

    formula: Formula
    field: str
    message: Words

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.field, *self.formula.inputs)))

    def broken(self, seen: Any) -> dict[str, Words]:
        """{field: message}; `seen` is a `quality.rules.Seen`."""
        fields = seen.entity.fields
        if any(name not in fields for name in self.names):
            return {}
        values = {}
        for name in self.formula.inputs:
            columns = fields[name].columns()
            values[name] = fields[name].from_row(*(seen.value(column) for column in columns))
        return {self.field: self.message} if self.formula.worked_out(values) is False else {}


def rules_of(facts: Mapping[str, Any]) -> list[Holds]:
    """The rules that a kind's facts state; those that cannot be read any more are left out."""
    found = []
    for one in facts.get("rules") or ():
        try:
            formula = Formula(str(one["formula"]))
        except Wrong:
            continue
        found.append(Holds(formula, str(one["field"]), said(one["messages"])))
    return found


def checked(answers: Given, entity: Entity[Any], raw: Any) -> list[dict[str, Any]]:
    """The stored form of [{"formula", "field", "message"}]; what does not fit is refused under "rules"."""
    if not isinstance(raw, list) or len(raw) > MOST_RULES or not all(isinstance(one, Mapping) for one in raw):
        answers.refuse("rules", _("Give a list of at most %(n)s rules, each with formula, field and message.") % {"n": MOST_RULES})
        return []
    usable = {name for name, one in entity.fields.items() if calculable(one)}
    found = []
    for one in raw:
        inner = Given()
        messages = inner.names("rules", one.get("messages") or one.get("message"), longest=LONGEST_HELP)
        try:
            formula = Formula(str(one.get("formula") or ""))
        except Wrong as refusal:
            for message in refusal.fields["formula"]:
                answers.refuse("rules", message)
            continue
        unknown = [name for name in formula.inputs if name not in usable]
        field = str(one.get("field") or next(iter(formula.inputs), ""))
        if unknown or field not in entity.fields:
            names = ", ".join(unknown or [field])
            said_ = _("No field to calculate with: %(names)s. These can be used: %(all)s.")
            inner.refuse("rules", said_ % {"names": names, "all": ", ".join(sorted(usable))})
        for message in inner.wrong.get("rules", ()):
            answers.refuse("rules", message)
        found.append({"formula": formula.text, "field": field, "messages": messages})
    return found
