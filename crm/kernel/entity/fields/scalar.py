"""Fields of one plain value."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar

from django.db import models
from django.db.models.enums import ChoicesType as ChoicesMeta
from django.utils.translation import gettext as _t

from crm.kernel.base.text import fold, sort_key
from crm.kernel.entity import shipped, storage
from crm.kernel.entity.fields.fact import (
    DAYS,
    EQUALITY,
    ORDER,
    PRESENCE,
    SETS,
    WORDS,
    DayColumn,
    Fact,
    FieldError,
    Label,
    ListColumn,
    ModelClass,
    MomentColumn,
    StoredFact,
    TextColumn,
    WholeColumn,
    YesNoColumn,
    companion,
)
from crm.kernel.entity.forms import choices as choice_forms
from crm.kernel.entity.forms import dates, moments, numbers, yes_no
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import parse_long_text, parse_text


def _blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


class Text(StoredFact, TextColumn):
    """One line of text. Filters compare its folded form; a title is also sorted by pinyin."""

    type = "text"
    operators: ClassVar[tuple[str, ...]] = (*EQUALITY, *WORDS, *PRESENCE)

    def __init__(self, label: Label = "", *, longest: int = 200, **given: Any) -> None:
        self.longest = longest
        super().__init__(label, **given)

    def companions(self, cls: ModelClass, name: str) -> None:
        companion(cls, f"{name}_key")
        if self.title:
            companion(cls, f"{name}_sort")

    def clean(self, raw: Any, reading: Reading) -> str | None:
        found = None if _blank(raw) else self.form(raw, reading) or None
        return shipped.kept(found) if found and self.spoken else found

    def display(self, value: Any, reading: Reading) -> str:
        shown = super().display(value, reading)
        return shipped.told(shown) if self.spoken else shown

    def to_cell(self, value: Any) -> Any:
        return shipped.told(value) if value and self.spoken else super().to_cell(value)

    def form(self, raw: Any, reading: Reading) -> str:
        """The normal form of a text that is there."""
        return parse_text(raw, reading, longest=self.longest)

    def derive(self, record: Any) -> None:
        value = self.storage.read(record)
        setattr(record, f"{self.name}_key", fold(value) if value else None)
        if self.title:
            setattr(record, f"{self.name}_sort", sort_key(value) if value else None)

    def compared(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return shipped.key_of(value) if self.spoken else fold(value)

    def meant(self, letters: str, only_start: bool = False) -> list[str]:
        return shipped.having(letters, only_start) if self.spoken else []

    def filter_ref(self, path: str = "") -> str:
        return f"{path}{self.name}_key"

    def sort_ref(self, path: str = "") -> str:
        return f"{path}{self.name}_sort" if self.title else f"{path}{self.name}_key"

    def index_columns(self) -> list[str]:
        return [f"{self.name}_sort", f"{self.name}_key"] if self.title else [f"{self.name}_key"]

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


class LongText(StoredFact, TextColumn):
    """Text of several lines; filtered by its words, not sorted."""

    type = "long_text"
    operators = ("contains", "not_contains", *PRESENCE)
    indexed = False

    def __init__(self, label: Label = "", *, longest: int = 20_000, **given: Any) -> None:
        self.longest = longest
        super().__init__(label, **given)

    @property
    def sortable(self) -> bool:
        return False

    def clean(self, raw: Any, reading: Reading) -> str | None:
        return None if _blank(raw) else parse_long_text(raw, reading, longest=self.longest) or None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}


Options = Sequence[tuple[str, Label]] | type[models.TextChoices] | Callable[[], Sequence[tuple[str, Label]]]


@cache
def _fixed(options: ChoicesMeta) -> tuple[tuple[str, Label], ...]:
    return tuple(options.choices)


def _options(options: Options) -> list[tuple[str, Label]]:
    if isinstance(options, ChoicesMeta):
        return list(_fixed(options))
    return list(options() if callable(options) else options)


class Choice(StoredFact, TextColumn):
    """One of a fixed list, stored by its code."""

    type = "choice"
    operators = (*EQUALITY, *PRESENCE)

    def __init__(self, label: Label = "", options: Options = (), **given: Any) -> None:
        self.options = options
        super().__init__(label, **given)

    @property
    def choices_list(self) -> list[tuple[str, Label]]:
        return _options(self.options)

    def clean(self, raw: Any, reading: Reading) -> str | None:
        return None if _blank(raw) else choice_forms.parse_choice(raw, reading, self.choices_list) or None

    def display(self, value: Any, reading: Reading) -> str:
        return str(dict(self.choices_list).get(value, value)) if value else ""

    def to_cell(self, value: Any) -> Any:
        return str(dict(self.choices_list).get(value, value)) if value else None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [value for value, _label in self.choices_list]}


class _List(StoredFact, ListColumn):
    """Several short texts in one column."""

    multiple = True
    indexed = False
    operators = (*SETS, *PRESENCE)

    def __init__(self, label: Label = "", **given: Any) -> None:
        super().__init__(label, models.TextField(), **given)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["base_field"] = models.TextField()
        return name, path, args, kwargs

    def to_json(self, value: Any) -> Any:
        return list(value or [])

    def to_cell(self, value: Any) -> Any:
        return "; ".join(value) if value else None


class MultiChoice(_List):
    """Several of a fixed list."""

    type = "multi_choice"

    def __init__(self, label: Label = "", options: Options = (), **given: Any) -> None:
        self.options = options
        super().__init__(label, **given)

    @property
    def choices_list(self) -> list[tuple[str, Label]]:
        return _options(self.options)

    def clean(self, raw: Any, reading: Reading) -> list[str] | None:
        return None if _blank(raw) else choice_forms.parse_choices(raw, reading, self.choices_list) or None

    def display(self, value: Any, reading: Reading) -> str:
        return choice_forms.show_choices(value or [], reading, self.choices_list)

    def to_cell(self, value: Any) -> Any:
        labels = dict(self.choices_list)
        return "; ".join(str(labels.get(one, one)) for one in value) if value else None

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": [value for value, _label in self.choices_list]}}


class Tags(_List):
    """Free words, at most 20 of 40 characters."""

    type = "tags"
    found_by = "C"

    def clean(self, raw: Any, reading: Reading) -> list[str] | None:
        return None if _blank(raw) else choice_forms.parse_tags(raw, reading, longest=40, most=20) or None

    def display(self, value: Any, reading: Reading) -> str:
        return choice_forms.show_tags(value or [], reading)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": 20}


class Integer(StoredFact, WholeColumn):
    """A whole number; `least` and `most` bound it."""

    type = "integer"
    operators = (*EQUALITY, *ORDER, *PRESENCE)

    def __init__(self, label: Label = "", *, least: int | None = None, most: int | None = None, **given: Any) -> None:
        self.least, self.most = least, most
        super().__init__(label, **given)

    def clean(self, raw: Any, reading: Reading) -> int | None:
        least = -numbers.BIG if self.least is None else self.least
        most = numbers.BIG if self.most is None else self.most
        return None if _blank(raw) else numbers.parse_integer(raw, reading, least, most)

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else numbers.show_integer(value, reading)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "integer",
            "minimum": self.least if self.least is not None else -(2**53) + 1,
            "maximum": self.most if self.most is not None else 2**53 - 1,
        }


class Scaled(StoredFact, WholeColumn):
    """A decimal number stored as a whole number of its last place, because NUMERIC is not leakproof."""

    operators = (*EQUALITY, *ORDER, *PRESENCE)

    def __init__(self, label: Label = "", *, places: int = 2, **given: Any) -> None:
        self.places = places
        super().__init__(label, **given)

    def from_db_value(self, value: Any, expression: Any, db: Any) -> Any:
        return None if value is None else decimal.Decimal(value).scaleb(-self.places)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else int(decimal.Decimal(value).scaleb(self.places).to_integral_value())

    def to_python(self, value: Any) -> Any:
        return value

    def to_json(self, value: Any) -> Any:
        return None if value is None else f"{decimal.Decimal(value):.{self.places}f}"

    def to_cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "decimal", "pattern": r"^-?\d{1,12}(\.\d+)?$"}


class Decimal(Scaled):
    """A decimal number with a fixed count of places."""

    type = "decimal"

    def clean(self, raw: Any, reading: Reading) -> decimal.Decimal | None:
        return None if _blank(raw) else numbers.parse_decimal(raw, reading, digits=self.places)

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else numbers.show_decimal(value, reading)


class Percent(Scaled):
    """Per cent: 12.5 means 12.5 %."""

    type = "percent"

    def clean(self, raw: Any, reading: Reading) -> decimal.Decimal | None:
        return None if _blank(raw) else numbers.parse_percent(raw, reading, digits=self.places)

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else numbers.show_percent(value, reading)


class Date(StoredFact, DayColumn):
    """A day, without a zone."""

    type = "date"
    operators = (*EQUALITY, *ORDER, *DAYS, *PRESENCE)

    def clean(self, raw: Any, reading: Reading) -> datetime.date | None:
        return None if _blank(raw) else dates.parse_date(raw, reading)

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else dates.show_date(value, reading)

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def to_cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class DateTime(StoredFact, MomentColumn):
    """A moment; written in the reader's zone, stored in UTC."""

    type = "datetime"
    operators = (*ORDER, *DAYS, *PRESENCE)

    def clean(self, raw: Any, reading: Reading) -> datetime.datetime | None:
        return None if _blank(raw) else moments.parse_datetime(raw, reading)

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else moments.show_datetime(value, reading)

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")

    def to_cell(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class YesNo(StoredFact, YesNoColumn):
    """Yes, no, or not known."""

    type = "yes_no"
    operators = ("is", "is_not", *PRESENCE)
    indexed = False

    def clean(self, raw: Any, reading: Reading) -> bool | None:
        return None if _blank(raw) else yes_no.parse_yes_no(raw, reading)

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else str(yes_no.show_yes_no(value, reading))

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Computed(Fact):
    """Worked out from the record when it is read: `Computed(_("Age"), lambda person: …, needs=("birthday",))`."""

    type = "computed"
    operators = ()
    indexed = False

    def __init__(self, label: Label, compute: Callable[[Any], Any], *, needs: Sequence[str] = (), **given: Any) -> None:
        self.facts(label, given)
        self.readonly = True
        self.needs = tuple(needs)
        self.storage = storage.Computed(compute)

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        self.name = name
        cls.virtual_facts = {**getattr(cls, "virtual_facts", {}), name: self}

    def columns(self) -> list[str]:
        return list(self.needs)

    def from_row(self, *raw: Any) -> Any:
        return self.storage.read(_Row(dict(zip(self.needs, raw, strict=True))))

    def clean(self, raw: Any, reading: Reading) -> Any:
        raise FieldError(_t("This value is computed and cannot be written."))

    def normalise(self, given: Any, record: Any, reading: Reading) -> dict[str, Any]:
        return {}

    def to_json(self, value: Any) -> Any:
        return None if value is None else str(value)


class _Row:
    """The needed columns of one row, read like a record."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)
