"""The field that a formula works out."""

import datetime
import decimal
from typing import Any

from crm.kernel.entity import fields as f
from crm.kernel.entity.custom.formula import Formula
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.forms.dates import show_date
from crm.kernel.entity.forms.moments import show_datetime
from crm.kernel.entity.forms.numbers import show_decimal
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.yes_no import show_yes_no


def calculable(one: Fact) -> bool:
    """Whether formulas can name a field: it has one value of its own."""
    return not isinstance(one, f.Links) and one.type != "computed"


class Worked(f.Computed):
    """Worked out of other fields of the record when it is read. `inputs` are these fields, set once the kind is put together;
    one of them that is gone counts as missing."""

    def __init__(self, label: Any, formula: Formula, **given: Any) -> None:
        super().__init__(label, self._of, **given)
        self.formula = formula
        self.inputs: dict[str, Fact] = {}

    def bind(self, fields: dict[str, Fact]) -> None:
        self.inputs = {name: fields[name] for name in self.formula.inputs if name in fields and fields[name] is not self}

    def _of(self, record: Any) -> Any:
        return self.formula.worked_out({name: one.value(record) for name, one in self.inputs.items()})

    def columns(self) -> list[str]:
        return list(dict.fromkeys(column for one in self.inputs.values() for column in one.columns()))

    def from_row(self, *raw: Any) -> Any:
        held = dict(zip(self.columns(), raw, strict=True))
        values = {name: one.from_row(*(held[column] for column in one.columns())) for name, one in self.inputs.items()}
        return self.formula.worked_out(values)

    def shown_inputs(self, record: Any, reading: Reading) -> list[tuple[Any, str]]:
        """[(label, value in words)] of what the result was worked out of."""
        return [(one.label, one.display(one.value(record), reading)) for one in self.inputs.values()]

    def display(self, value: Any, reading: Reading) -> str:
        match value:
            case None:
                return ""
            case bool():
                return str(show_yes_no(value, reading))
            case decimal.Decimal():
                return show_decimal(round(value, 6), reading)
            case datetime.datetime():
                return show_datetime(value, reading)
            case datetime.date():
                return show_date(value, reading)
        return str(value)

    def to_json(self, value: Any) -> Any:
        match value:
            case bool() | None:
                return value
            case decimal.Decimal():
                return f"{round(value, 6).normalize():f}"
        return str(value)

    def to_cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "boolean"]}


