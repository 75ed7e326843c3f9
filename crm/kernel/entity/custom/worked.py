"""The fields that a formula works out.

A result that follows from the record alone is kept in spare columns, like a value of its type that somebody typed (`Kept…`): every
write fills them, so lists are filtered, sorted, grouped and summed by them. What also looks at the calendar, or whose sort of
value hangs on the record, is worked out when it is read (`Worked`).
"""

import datetime
import decimal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.audit.moment import moment
from crm.kernel.base.errors import Words
from crm.kernel.entity import fields as f
from crm.kernel.entity.custom.formula import DAY, MOMENT, NUMBER, TEXT, YES_NO, Formula, as_number, as_text
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.forms.dates import show_date
from crm.kernel.entity.forms.moments import show_datetime
from crm.kernel.entity.forms.numbers import show_decimal
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.yes_no import show_yes_no

#: Digits behind the point of a figure, those before it, and the characters of a text that are kept.
PLACES, LARGEST, LONGEST = 6, decimal.Decimal(10) ** 12, 500
#: The sort of result that is one of a few words which stand in the formula.
CHOICE = "choice"
_SORTS = {
    "integer": NUMBER, "decimal": NUMBER, "percent": NUMBER, "money": NUMBER, "date": DAY, "datetime": MOMENT, "yes_no": YES_NO,
    "link": "", "links": "", "multi_choice": "", "tags": "", "address": "",
}  # fmt: skip

#: Why a computed field cannot be filtered and sorted by.
WHY: dict[str, Words] = {
    "": _("It is being worked out for all records. Until that is done it cannot be filtered, sorted or grouped by."),
    "today": _("It looks at today's date, so it is worked out whenever it is read and cannot be filtered, sorted or grouped by."),
    "mixed": _("What comes out is not always of one sort, so it is worked out when read and cannot be filtered, sorted or grouped by."),
    "full": _("No spare column is left for it, so it is worked out when it is read and cannot be filtered, sorted or grouped by."),
    "past": _("Its formula was another one on that day, or was not worked out for all records yet: as of then it cannot be filtered, "
              "sorted or grouped by."),
}  # fmt: skip


def calculable(one: Fact) -> bool:
    """Whether formulas can name a field: it has one value of its own."""
    return not isinstance(one, f.Links) and one.type != "computed" and not one.worked


def sorts(fields: Mapping[str, Fact]) -> dict[str, str]:
    """{field: the sort of value that it brings into a formula}."""
    return {name: _SORTS.get(one.type, TEXT) for name, one in fields.items()}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a computed field is worked out. `since`: its columns are right from this moment on, None while they are being filled.
    `before`: [(until when, the formula that it had)], earliest first; `why`: a key of WHY where it is not kept."""

    formula: Formula
    since: datetime.datetime | None = None
    before: tuple[tuple[datetime.datetime, Formula], ...] = ()
    why: str = ""
    words: tuple[str, ...] = field(default=())

    def then(self) -> Formula:
        """The formula as of the moment that is read."""
        when = moment()
        return next((formula for until, formula in self.before if when is not None and when < until), self.formula)


class ByFormula(Fact):
    """What both have in common. `inputs` are the fields that the formula names, set once the kind is put together; one of them
    that is gone counts as missing."""

    plan: Plan
    known: Mapping[str, Fact]

    def bind(self, fields: Mapping[str, Fact]) -> None:
        self.known = fields

    @property
    def formula(self) -> Formula:
        return self.plan.formula

    @property
    def inputs(self) -> dict[str, Fact]:
        known = self.known
        return {name: known[name] for name in self.plan.then().inputs if name in known and calculable(known[name])}

    def result(self, record: Any) -> Any:
        """What the formula comes to for a record at hand."""
        return self.cast(self.plan.then().worked_out({name: one.value(record) for name, one in self.inputs.items()}))

    def result_of(self, raw: Iterable[Any]) -> Any:
        """The same for the values of `columns_in`, in their order."""
        held = dict(zip(self.columns_in(), raw, strict=True))
        values = {name: one.from_row(*(held[column] for column in one.columns())) for name, one in self.inputs.items()}
        return self.cast(self.plan.then().worked_out(values))

    def columns_in(self) -> list[str]:
        """The columns of the inputs."""
        return list(dict.fromkeys(column for one in self.inputs.values() for column in one.columns()))

    def cast(self, value: Any) -> Any:
        """A result as a value of the field."""
        return value

    def shown_inputs(self, record: Any, reading: Reading) -> list[tuple[Any, str]]:
        """[(label, value in words)] of what the result was worked out of."""
        return [(one.label, one.display(one.value(record), reading)) for one in self.inputs.values()]


class Worked(ByFormula, f.Computed):
    """Worked out when it is read."""

    def __init__(self, label: Any, plan: Plan, **given: Any) -> None:
        super().__init__(label, self.result, **given)
        self.plan, self.known = plan, {}

    @property
    def why_closed(self) -> Words:
        return WHY[self.plan.why]

    def columns(self) -> list[str]:
        return self.columns_in()

    def from_row(self, *raw: Any) -> Any:
        return self.result_of(raw)

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


class Kept(ByFormula):
    """Worked out as the record is written, and kept. While the columns are not right for all records (a new formula) or for the
    past day that is read, it is worked out when it is read, too, and cannot be filtered by."""

    worked = True

    def __init__(self, label: Any, plan: Plan, **given: Any) -> None:
        super().__init__(label, **given)  # type: ignore[call-arg]
        self.readonly, self.plan, self.known = True, plan, {}

    @property
    def ready(self) -> bool:
        when, since = moment(), self.plan.since
        return since is not None and (when is None or when >= since)

    @property
    def filterable(self) -> bool:
        return self.ready

    @property
    def sortable(self) -> bool:
        return self.ready

    @property
    def why_closed(self) -> Words:
        return WHY["" if self.plan.since is None else "past"]

    def columns(self) -> list[str]:
        return [self.storage.ref()] if self.ready else self.columns_in()

    def from_row(self, *raw: Any) -> Any:
        return raw[0] if self.ready else self.result_of(raw)

    def value(self, record: Any) -> Any:
        return self.storage.read(record) if self.ready else self.result(record)

    def derive(self, record: Any) -> None:
        """Fills the columns of a record that is about to be written."""
        self.storage.write(record, self.result(record))
        super().derive(record)

    def normalise(self, given: Mapping[str, Any], record: Any, reading: Reading) -> dict[str, Any]:
        return {}


class KeptNumber(Kept, f.Decimal):
    """A figure; none beyond what a column holds."""

    def __init__(self, label: Any, plan: Plan, **given: Any) -> None:
        super().__init__(label, plan, places=PLACES, **given)

    def cast(self, value: Any) -> decimal.Decimal | None:
        try:
            found = None if value is None else round(as_number(value), PLACES)
        except TypeError:
            return None
        return found if found is not None and abs(found) < LARGEST else None

    def to_json(self, value: Any) -> Any:
        return None if value is None else f"{decimal.Decimal(value).normalize():f}"

    def to_cell(self, value: Any) -> Any:
        return None if value is None else decimal.Decimal(self.to_json(value))


class KeptText(Kept, f.Text):
    """A text, its first characters."""

    def __init__(self, label: Any, plan: Plan, **given: Any) -> None:
        super().__init__(label, plan, longest=LONGEST, **given)

    def cast(self, value: Any) -> str | None:
        return None if value is None else as_text(value)[:LONGEST].strip() or None


class KeptChoice(Kept, f.Choice):
    """One of the words that stand in the formula."""

    def __init__(self, label: Any, plan: Plan, **given: Any) -> None:
        super().__init__(label, plan, options=[(one, one) for one in plan.words], **given)

    def cast(self, value: Any) -> str | None:
        return value if value in self.plan.words else None


class KeptDay(Kept, f.Date):
    """A day."""

    def cast(self, value: Any) -> datetime.date | None:
        if isinstance(value, datetime.datetime):
            return value.date()
        return value if isinstance(value, datetime.date) else None


class KeptMoment(Kept, f.DateTime):
    """A moment."""

    def cast(self, value: Any) -> datetime.datetime | None:
        return value if isinstance(value, datetime.datetime) else None


class KeptYesNo(Kept, f.YesNo):
    """Yes, no, or not known."""

    def cast(self, value: Any) -> bool | None:
        return value if isinstance(value, bool) else None


#: The class of a field by the sort of its result.
KEPT: dict[str, type[Kept]] = {
    NUMBER: KeptNumber, TEXT: KeptText, CHOICE: KeptChoice, DAY: KeptDay, MOMENT: KeptMoment, YES_NO: KeptYesNo,
}  # fmt: skip
