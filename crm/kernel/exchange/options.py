"""What a person decides about an import besides the columns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from crm.kernel.entity.forms.reading import DateOrder, Reading
from crm.kernel.identity.actor import Actor

Missing = Literal["reject", "create", "empty"]


@dataclass(frozen=True)
class Options:
    """How rows are read and matched.

    `key`: the field (or "id") by which existing records are found and changed, None: every row makes a new one.
    `only`: "both", "create" or "update". `missing`: {link field: what to do when nothing has the name}. `values`:
    {field: {text in the file: text to read instead}}. `fill`: {field: text for every new record without a value};
    `{Column}` in it stands for that row's cell. `overwrite_empty`: an empty cell empties the field of an existing record.
    """

    key: str | None = None
    only: Literal["both", "create", "update"] = "both"
    missing: Mapping[str, Missing] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder | None = None
    decimal_mark: Literal[".", ","] = "."
    overwrite_empty: bool = False

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Options":
        """Options as stored; what is not known is left out, what does not fit falls back to the default."""
        known = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        allowed = {
            "only": ("both", "create", "update"),
            "date_order": ("ymd", "mdy", "dmy", None),
            "decimal_mark": (".", ","),
        }
        for name, values in allowed.items():
            if name in known and known[name] not in values:
                del known[name]
        for name in ("missing", "values", "fill"):
            if not isinstance(known.get(name, {}), Mapping):
                del known[name]
        known["key"] = known.get("key") or None
        return cls(**known)

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
