"""What a person decides about an import besides the columns."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.forms.reading import DateOrder, Reading
from crm.kernel.identity.actor import Actor

_UNKEPT = re.compile("[\x00\ud800-\udfff]")

Missing = Literal["reject", "create", "empty"]


def _text(value: Any) -> bool:
    return isinstance(value, str) and not _UNKEPT.search(value)


def _texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_text(name) and _text(text) for name, text in value.items())


_ORDERS = ("ymd", "mdy", "dmy")
_FORMS: dict[str, Callable[[Any], bool]] = {
    "key": lambda value: value is None or _text(value),
    "only": lambda value: value in ("both", "create", "update"),
    "missing": lambda value: _texts(value) and all(what in ("reject", "create", "empty") for what in value.values()),
    "values": lambda value: isinstance(value, Mapping) and all(map(_text, value)) and all(map(_texts, value.values())),
    "fill": _texts,
    "date_order": lambda value: value in _ORDERS or value is None,
    "date_orders": lambda value: _texts(value) and all(order in _ORDERS for order in value.values()),
    "decimal_mark": lambda value: value in (".", ","),
    "overwrite_empty": lambda value: isinstance(value, bool),
    "literal": lambda value: isinstance(value, (list, tuple)) and all(map(_text, value)),
}
_FORM_WORDS = {
    "key": _("Give the name of a field, or null."),
    "only": _("Choose both, create or update."),
    "missing": _("Give reject, create or empty for each field."),
    "values": _("Give the text to read instead, for each text of each field."),
    "fill": _("Give a text for each field."),
    "date_order": _("Choose ymd, mdy, dmy or null."),
    "date_orders": _("Give ymd, mdy or dmy for each column."),
    "decimal_mark": _("Choose a point or a comma."),
    "overwrite_empty": _("Give true or false."),
    "literal": _("Give a list of columns."),
}


@dataclass(frozen=True)
class Options:
    """How rows are read and matched.

    `key`: the field (or "id") by which existing records are found and changed, None: every row makes a new one.
    `only`: "both", "create" or "update". `missing`: {link field: what to do when nothing has the name}. `values`:
    {field: {text in the file: text to read instead}}. `fill`: {field: text for every new record without a value};
    `{Column}` in it stands for that row's cell. `date_order`: how all dates of the file are written, None: as each
    column's values show; `date_orders`: {column: order}, which goes before both. `overwrite_empty`: an empty cell empties
    the field of an existing record. `literal`: columns in which words such as "n/a" or "无" are values; elsewhere they say why there is
    none (`absent`).
    """

    key: str | None = None
    only: Literal["both", "create", "update"] = "both"
    missing: Mapping[str, Missing] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    date_orders: Mapping[str, DateOrder] = field(default_factory=dict)
    decimal_mark: Literal[".", ","] = "."
    overwrite_empty: bool = False
    literal: Sequence[str] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Options":
        """Options as stored; what is not known is left out, what does not fit falls back to the default."""
        known = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        allowed = {
            "only": ("both", "create", "update"),
            "date_order": (*_ORDERS, None),
            "decimal_mark": (".", ","),
        }
        for name, values in allowed.items():
            if name in known and known[name] not in values:
                del known[name]
        for name in ("missing", "values", "fill", "date_orders"):
            if not isinstance(known.get(name, {}), Mapping):
                del known[name]
        if not _FORMS["literal"](known.get("literal", ())):
            del known["literal"]
        known["key"] = known.get("key") or None
        return cls(**known)

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> "Options":
        """Options out of a request. Raises Wrong, by name, for what has no place or another form than it should."""
        known = {f.name for f in fields(cls)}
        wrong: dict[str, list[Any]] = {name: [_("There is no such option.")] for name in given if name not in known}
        for name, fits in _FORMS.items():
            if name in given and not fits(given[name]):
                wrong[name] = [_FORM_WORDS[name]]
        if wrong:
            raise Wrong(fields=wrong)
        return cls.from_json(given)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def reading(self, actor: Actor) -> Reading:
        """How the cells are read: the person's habits with the order of dates of this file.

        Phone numbers and postcodes of old lists that fit no plan are kept as written: they are no reason to lose a row.
        """
        return Reading(
            actor.language,
            actor.country,
            actor.currency,
            actor.time_zone,
            self.date_order,
            self.decimal_mark,
            lenient=True,
        )
