"""The filter of a list: from the address, as chips, in the editor, and back into text."""

import datetime
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.text import searchable
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.fields.fact import STANDING
from crm.kernel.entity.filter import All, Any_, Found, Node, Where, both, parse_text, to_text
from crm.kernel.entity.filter.compile import day_alone
from crm.kernel.entity.filter.periods import NAMED
from crm.kernel.entity.forms.dates import show_date
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.reasons import UNSAID
from crm.kernel.entity.registry import registry
from crm.kernel.pages.known import REASONS, reason_label
from crm.kernel.pages.links import few, name_of_link
from crm.kernel.search.listed import LISTED, looked_for
from crm.kernel.tenancy.scope import current_actor

OPERATORS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is none of"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "between": gettext_lazy("is between"),
    "not_between": gettext_lazy("is not between"),
    "empty": gettext_lazy("is empty"),
    "filled": gettext_lazy("is filled"),
    "pending": gettext_lazy("has a pending change"),
    "not_pending": gettext_lazy("has no pending change"),
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    "starts": gettext_lazy("starts with"),
    "not_starts": gettext_lazy("does not start with"),
    "within": gettext_lazy("is within"),
    "not_within": gettext_lazy("is not within"),
    "has": gettext_lazy("has"),
    "has_not": gettext_lazy("has not"),
    "missing": gettext_lazy("is missing because"),
    "not_missing": gettext_lazy("is not missing because"),
    "verified": gettext_lazy("is verified"),
    "not_verified": gettext_lazy("is not verified"),
}
_OF_DAYS = {
    "lt": gettext_lazy("is before"),
    "lte": gettext_lazy("is until"),
    "gt": gettext_lazy("is after"),
    "gte": gettext_lazy("is from"),
}
MOST_CHOICES = 400
#: Characters of a filter in an address: written out, each Han character takes nine there.
LONGEST = 1500
_ALONE = ("empty", "filled", "verified", "not_verified", "pending", "not_pending")
_REASONS = ("missing", "not_missing")
_LISTS = ("in", "not_in", "between", "not_between")
_PERIODS = ("within", "not_within")
#: What the editor offers; the text form knows more.
_RARE = ("not_between", "not_starts", "not_within", "not_missing")


@dataclass(frozen=True, slots=True)
class Chip:
    """One comparison, in words; `without` is the filter text that is left when it is taken away."""

    field: str
    operator: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Filter:
    """`text` as it stands in the address, `node` what it means, `words` the letters looked for, `problem` why it cannot be read;
    `cut` where the letters found more than a list takes."""

    text: str = ""
    node: Node | None = None
    words: str = ""
    problem: str = ""
    cut: bool = False

    @property
    def active(self) -> bool:
        return bool(self.text or self.words)


def operator_label(field: Fact | None, op: str) -> str:
    days = field is not None and field.type in ("date", "datetime")
    return str(_OF_DAYS[op] if days and op in _OF_DAYS else OPERATORS.get(op, op))


def read(entity: Entity[Any], given: QueryDict) -> Filter:
    """The filter that an address carries: `filter` in text form, `q` letters to look for."""
    text, words = given.get("filter", "").strip(), given.get("q", "").strip()
    named = looked_for(entity, words)
    try:
        node = parse_text(text) if text else None
    except Wrong as refusal:
        return Filter(text, named, words, " ".join(str(said) for said in refusal.fields.get("filter", [refusal.message])))
    return Filter(text, both(node, named), words, cut=isinstance(named, Found) and len(named.ids) >= LISTED)


def refused(found: Filter, refusal: Wrong) -> Filter:
    """The same filter with the reason why it cannot be applied; the list is shown without it."""
    said = [str(text) for texts in refusal.fields.values() for text in texts] or [str(refusal.message)]
    return replace(found, node=None, problem=" ".join(said))


def chips(entity: Entity[Any], found: Filter, reading: Reading) -> list[Chip]:
    """A chip for each part that must hold; one for the whole where parts are joined otherwise."""
    if not found.text or found.problem:
        return []
    node = parse_text(found.text)
    parts = node.parts if isinstance(node, All) else (node,)
    made = []
    for index, part in enumerate(parts):
        rest = tuple(one for at, one in enumerate(parts) if at != index)
        without = "" if not rest else to_text(rest[0] if len(rest) == 1 else All(rest))
        made.append(_chip(entity, part, without, reading))
    return made


def _chip(entity: Entity[Any], part: Node, without: str, reading: Reading) -> Chip:
    if not isinstance(part, Where):
        return Chip("", "", to_text(part), without)
    head, _dot, rest = part.field.partition(".")
    field = entity.field(head)
    label = str(field.label) if field else head
    if rest:
        return Chip(f"{label} › {rest}", operator_label(None, part.op), str(part.value or ""), without)
    value = "" if part.op in _ALONE else reason_label(str(part.value)) if part.op in _REASONS else shown(field, part.value, reading)
    return Chip(label, operator_label(field, part.op), value, without)


def shown(field: Fact | None, value: Any, reading: Reading) -> str:
    """A filter's value in words."""
    if isinstance(value, (list, tuple)):
        return " · ".join(shown(field, one, reading) for one in value)
    text = str(value)
    if text in NAMED:
        return str(NAMED[text])
    if text in ("me", "my_team"):
        return _("me") if text == "me" else _("my team")
    if field is None:
        return text
    if field.type in ("link", "links"):
        pk = as_uuid(text)
        target = registry.of(field.target)
        if pk or target is None:
            return name_of_link(field, pk) or text if pk else text
        field = target.title_field
    if field.choices_list:
        return str(dict(field.choices_list).get(text, text))
    try:
        value = field.clean(text, reading)
        day = day_alone(value, text, reading) if isinstance(value, datetime.datetime) else None
        return show_date(day, reading) if day else str(field.display(value, reading)) or text
    except (FieldError, TypeError, ValueError):
        return text


def facts(entity: Entity[Any], fits: Callable[[Fact], bool] = lambda _one: True) -> dict[str, Any]:
    """What the editor needs to know: fields (those that `fits` leaves), their operators, their choices."""
    actor = current_actor()
    made = []
    for name, field in policy_for(entity).fields(actor).items():
        if field.compares and not (field.type == "currency" and field.part_of) and fits(field):
            made.append(_fact(name, field))
    reasons = [[code, reason_label(code)] for code in (*(code for code, _label in REASONS), UNSAID)]
    return {"fields": made, "periods": [[name, str(label)] for name, label in NAMED.items()], "reasons": reasons}


def _fact(name: str, field: Fact) -> dict[str, Any]:
    choices: Sequence[tuple[str, Any]] = field.choices_list
    label, path = str(field.label), name
    operators = [op for op in (field.operators if field.filterable else ()) if op not in _RARE]
    if field.type in ("link", "links"):
        kind = registry.of(field.target)
        targets = few(field) if kind is not None else few(field, MOST_CHOICES - 2)
        if targets is None and kind is not None:
            # Too many to choose from: compared by the name of what it leads to.
            path, operators = f"{name}.{kind.title}", [op for op in ("contains", "is", "starts") if op in kind.title_field.operators]
        elif targets is not None:
            choices = [*_me(field), *((str(pk), title) for pk, title in targets)]
    operators += [op for op in STANDING if field.stands and op not in _RARE]
    if field.type == "yes_no":
        choices = [("true", _("yes")), ("false", _("no"))]
    return {
        "name": path,
        "label": label,
        "hint": _hint(field),
        "choices": [[value, str(text)] for value, text in choices if len(choices) < MOST_CHOICES],
        "operators": [{"name": op, "label": operator_label(field, op), "takes": _takes(op)} for op in operators],
    }


def _me(field: Fact) -> list[tuple[str, str]]:
    label = field.target._meta.label if field.target is not None else ""
    return [("me", _("me"))] if label == "identity.User" else [("my_team", _("my team"))] if label == "identity.Team" else []


def _takes(op: str) -> str:
    return "none" if op in _ALONE else "reason" if op in _REASONS else "period" if op in _PERIODS else "list" if op in _LISTS else "value"


def _hint(field: Fact) -> str:
    if field.type in ("date", "datetime"):
        return "2026-11-24"
    return "1000" if field.type in ("money", "integer", "decimal", "percent") else ""


def addressed(text: str) -> str:
    """The text, if an address can carry it; raises Wrong for one that is too long."""
    if len(text) > LONGEST:
        raise Wrong(_("This filter is too long: at most %(most)s characters fit. Take some values out of it.") % {"most": LONGEST})
    return text


def from_editor(raw: str) -> str:
    """The text form of what the editor sends: {"mode": "all"|"any", "rows": [{field, operator, value}]}."""
    try:
        given = json.loads(raw)
        rows = [_row(row) for row in given["rows"] if isinstance(row, Mapping)]
    except (ValueError, KeyError, TypeError) as error:
        raise Wrong(_("The filter cannot be read.")) from error
    parts = tuple(row for row in rows if row is not None)
    if not parts:
        return ""
    joined = Any_(parts) if given.get("mode") == "any" else All(parts)
    return to_text(parts[0] if len(parts) == 1 else joined)


def _row(row: Mapping[str, Any]) -> Where | None:
    field, op, value = (searchable(str(part)) for part in (row["field"], row["operator"], row.get("value") or ""))
    if op in STANDING:  # it is said of the field itself, also where the field is compared by the name of what it leads to
        field = field.partition(".")[0]
    if op in _ALONE:
        return Where(field, op)
    if not value:
        return None
    if op in _LISTS:
        parts = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
        if op.endswith("between") and len(parts) != 2:
            raise Wrong(_("“between” needs two values with a comma between them."))
        return Where(field, op, parts)
    return Where(field, op, value)


def for_editor(text: str, named: Collection[str] = ()) -> dict[str, Any]:
    """The editor's start: the present filter where it is one flat list, else empty. `named` are the fields as the editor has them."""
    empty: dict[str, Any] = {"mode": "all", "rows": []}
    try:
        node = parse_text(text) if text else None
    except Wrong:
        return empty
    if node is None:
        return empty
    parts = node.parts if isinstance(node, All | Any_) else (node,)
    if not all(isinstance(part, Where) for part in parts):
        return empty
    rows = [
        {
            "field": part.field if part.field in named else next((one for one in named if one.startswith(f"{part.field}.")), part.field),
            "operator": part.op,
            "value": ", ".join(map(str, part.value)) if isinstance(part.value, (list, tuple)) else part.value or "",
        }
        for part in parts
        if isinstance(part, Where)
    ]
    return {"mode": "any" if isinstance(node, Any_) else "all", "rows": rows}
