"""What every field knows of itself, besides where it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.storage import Column, Storage
from crm.kernel.tenancy.fields import TenantKey

Label = str | Promise
ModelClass = type[models.Model]

if TYPE_CHECKING:

    class ListColumn:
        """What the type checker may know of Django's columns: their values are those of the field, not of the column."""

        attname: str
        creation_counter: int
        related_model: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: Any, value: Any) -> None: ...
        def deconstruct(self) -> Any: ...

    TextColumn = ListColumn
    WholeColumn = ListColumn
    DayColumn = ListColumn
    MomentColumn = ListColumn
    YesNoColumn = ListColumn
    LinkColumn = ListColumn
else:
    ListColumn = ArrayField
    TextColumn = models.TextField
    WholeColumn = models.BigIntegerField
    DayColumn = models.DateField
    MomentColumn = models.DateTimeField
    YesNoColumn = models.BooleanField
    LinkColumn = TenantKey

EQUALITY = ("is", "is_not", "in", "not_in")
ORDER = ("lt", "lte", "gt", "gte", "between", "not_between")
PRESENCE = ("empty", "filled")
WORDS = ("contains", "not_contains", "starts", "not_starts")
DAYS = ("within", "not_within")
SETS = ("has", "has_not")
#: Asked of every field that people fill: why it is empty, and whether its value is verified.
STANDING = ("missing", "not_missing", "verified", "not_verified")
#: Asked of a field whose verified value is changed only with approval: whether a change waits.
WAITING = ("pending", "not_pending")


class Fact:
    """The facts of one field and how its values are read, shown, stored and compared.

    `type` names the field type for interface and API; `found_by` is the weight in the search of its fields that say none
    themselves (`search=`); the columns of a `worked` field follow from other
    fields of the record; `part_of` the composite field that this is a column of; `readonly` fields are written by Kith
    alone; `title` marks the field a record is called by; a `spoken` text that Kith ships (see `entity.shipped`) is told in
    the reader's language. Who reads a `sensitive` field is noted (`records.reads`). A verified value of a `protected` field is changed
    only with approval: True by the usual rule, else by the one that the workspace states (`entity.custom.protection`).
    """

    type: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = (*EQUALITY, *PRESENCE)
    multiple: ClassVar[bool] = False
    indexed: ClassVar[bool] = True
    found_by: ClassVar[str] = ""
    worked: ClassVar[bool] = False

    name: str
    label: Label
    help: Label
    required: bool
    readonly: bool
    title: bool
    spoken: bool
    part_of: str | None
    synonyms: tuple[str, ...]
    unique: bool
    search: str | None
    sensitive: bool
    protected: Any
    storage: Storage

    def facts(self, label: Label, given: dict[str, Any]) -> dict[str, Any]:
        """Takes the facts out of the keyword arguments; what is left is for Django's field."""
        self.label = label
        self.help = given.pop("help", "")
        self.required = given.pop("required", False)
        self.readonly = given.pop("readonly", False)
        self.title = given.pop("title", False)
        self.spoken = given.pop("spoken", False)
        self.part_of = given.pop("part_of", None)
        self.synonyms = tuple(given.pop("synonyms", ()))
        self.tracked = given.pop("tracked", True)
        self.inline = given.pop("inline", True)
        self.measure = given.pop("measure", None)
        self.unique_value = given.pop("unique_value", False)
        self.search = given.pop("search", None)
        self.sensitive = given.pop("sensitive", False)
        self.protected = given.pop("protected", False)
        return given

    @property
    def choices_list(self) -> list[tuple[str, Label]]:
        """[(value, label)] where the field offers a fixed list."""
        return []

    @property
    def weight(self) -> str:
        """How much a hit in this field counts in the search: "A" (a name: pinyin and initials, too) to "D", "" not searched."""
        if self.search is not None:
            return self.search
        return "A" if self.title else self.found_by

    @property
    def sortable(self) -> bool:
        return self.storage.filterable and not self.multiple

    @property
    def filterable(self) -> bool:
        return self.storage.filterable

    @property
    def stands(self) -> bool:
        """Whether it can be said of its values why one is missing and who verified one: of all that people give."""
        given = self.storage.kind != "computed" or self.type in ("address", "links")
        return given and not (self.readonly or self.worked or (self.part_of and self.type == "currency"))

    @property
    def compares(self) -> tuple[str, ...]:
        """The comparisons that a filter can make with it."""
        waiting = WAITING if self.protected and not self.part_of else ()
        return (*(self.operators if self.filterable else ()), *(STANDING if self.stands else ()), *waiting)

    def rests_on(self) -> list[str]:
        """The names under which a write holds its values."""
        return self.columns() or [self.name]

    @property
    def why_closed(self) -> Label:
        """Why a field that looks as if it could be is not filtered and sorted by; "" where there is nothing to say."""
        return ""

    @property
    def target(self) -> ModelClass | None:
        """The model a link points to."""
        return None

    def columns(self) -> list[str]:
        """The ORM names whose raw values `from_row` needs, in order."""
        return [self.storage.ref()]

    def from_row(self, *raw: Any) -> Any:
        return raw[0]

    def value(self, record: Any) -> Any:
        return self.storage.read(record)

    def clean(self, raw: Any, reading: Reading) -> Any:
        """The normal form of one raw value; None where there is none. Raises FieldError, which says what is right."""
        raise NotImplementedError

    def normalise(self, given: Mapping[str, Any], record: Any, reading: Reading) -> dict[str, Any]:
        """{column: value} for this field from the raw values of one write. `record` is None when it is new."""
        return {self.name: self.clean(given[self.name], reading)} if self.name in given else {}

    def names(self) -> list[str]:
        """The field names which this field's `normalise` takes care of."""
        return [self.name]

    def derive(self, record: Any) -> None:
        """Fills the stored companions (folded key, sort key) from the value."""

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else str(value)

    def to_json(self, value: Any) -> Any:
        return value

    def to_cell(self, value: Any) -> Any:
        """What a spreadsheet cell holds: text, number, date or None."""
        return self.to_json(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def compared(self, value: Any) -> Any:
        """The form in which a cleaned value is compared in the database."""
        return value

    def meant(self, letters: str, only_start: bool = False) -> list[str]:
        """Compared forms which these letters mean besides those that hold them: other languages' wordings."""
        return []

    def filter_ref(self, path: str = "") -> Any:
        """What a filter compares."""
        return self.storage.ref(path)

    def sort_ref(self, path: str = "") -> Any:
        """What a list is sorted by."""
        return self.filter_ref(path)

    def held_in(self) -> list[str]:
        """The attributes of a record that hold the value and what is derived of it."""
        return list(dict.fromkeys([self.storage.ref(), self.filter_ref(), self.sort_ref()]))

    def index_columns(self) -> list[str]:
        """Database columns that get a list index."""
        return []


class StoredFact(Fact):
    """A fact that is a Django model field: one column of the kind's table."""

    column: str

    def __init__(self, label: Label = "", *first: Any, **given: Any) -> None:
        """`first` is what Django's column wants before its name: a link's target, the type of a list's items."""
        rest = self.facts(label, given)
        rest.setdefault("null", not self.required)
        super().__init__(*first, verbose_name=label, blank=not self.required, **rest)  # type: ignore[call-arg]

    def contribute_to_class(self, cls: ModelClass, name: str, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, **kwargs)  # type: ignore[misc]
        self.storage = Column(name)
        self.companions(cls, name)

    def companions(self, cls: ModelClass, name: str) -> None:
        """Adds further columns that belong to this one."""

    def deconstruct(self) -> Any:
        """Migrations see the plain column only: labels and rules are not storage."""
        name, path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        for fact in ("verbose_name", "help_text", "choices", "blank"):
            kwargs.pop(fact, None)
        base = next(c for c in type(self).__mro__ if c.__module__.startswith(("django.", "crm.kernel.tenancy")))
        if base.__module__.startswith("django.contrib.postgres"):
            path = "django.contrib.postgres.fields.ArrayField"
        elif base.__module__.startswith("django."):
            path = f"django.db.models.{base.__name__}"
        else:
            path = f"{base.__module__}.{base.__name__}"
        return name, path, args, kwargs

    def clone(self) -> Any:
        """Migrations work with clones: these are the plain column, too."""
        _name, path, args, kwargs = self.deconstruct()
        return import_string(path)(*args, **kwargs)

    def index_columns(self) -> list[str]:
        return [self.column] if self.indexed else []


def companion(cls: ModelClass, name: str) -> None:
    """Adds one hidden text column, once."""
    if name not in {field.name for field in cls._meta.local_fields}:
        column = models.TextField(null=True, editable=False)
        column.contribute_to_class(cls, name)


__all__ = [
    "DAYS", "EQUALITY", "ORDER", "PRESENCE", "SETS", "STANDING", "WAITING", "WORDS", "DayColumn", "Fact", "FieldError", "Label",
    "LinkColumn",
    "ListColumn", "ModelClass", "MomentColumn", "StoredFact", "TextColumn", "WholeColumn", "YesNoColumn", "companion",
]  # fmt: skip
