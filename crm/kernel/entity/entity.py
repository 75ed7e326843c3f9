"""`Entity`: the facts of one record kind that are not facts of one field.

Lists, forms, boards, filters, import, export, API and search read it; nothing repeats it.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar, get_args

from django.db import models

from crm.kernel.entity.fields.fact import Fact, Label
from crm.kernel.entity.registry import registry
from crm.kernel.entity.shipped import told

R = TypeVar("R", bound=models.Model)

#: Facts every record has; shown behind the kind's own.
BASE_FIELDS = ("owner", "team", "created_at", "created_by", "updated_at", "updated_by")


def bound_model(cls: type) -> type[models.Model] | None:
    """The model in the brackets of a class statement such as `class Accounts(Entity[Account])`; None without one."""
    given = [arg for base in cls.__dict__.get("__orig_bases__", ()) for arg in get_args(base)]
    return next((arg for arg in given if isinstance(arg, type) and issubclass(arg, models.Model)), None)


class Entity(Generic[R]):
    """One record kind. Subclass it with the model as type argument; that registers it.

    `kind` and `plural` name it in API and addresses, `title` is the field it is called by, `columns` the first list,
    `form` {section: [fields]}, `highlights` the figures on top of a record, `board` the field whose values are columns,
    `board_sum` the money summed per column, `board_over` {choice: "won" or "lost"} of the columns where a record is over,
    `board_shut` the choices that an action gives and no dragging, `calendar` the days by which a calendar is laid out first, `done` the day
    which is filled once nothing is left to do, `parent` the link by which a child's visibility follows another record,
    `menu` where it stands in menus (None: reached through its parent only), `hint` the fields which tell two of the same
    name apart where records are looked for, `rules` the rules across fields, `duplicates` what two records
    are compared by (`crm.kernel.dedupe.rules`), `fixed` what every record of the kind holds, `own` whether a workspace made it,
    `configures` whether its records are settings of others (they belong to a workspace's configuration),
    `changes` {field: {fact: value}} what a workspace says otherwise of declared fields.

    What a layout says further (`entity.custom.laid`): `left_out` fields that form and record page do without, `shown` {field: conditions}
    of those that are shown only where all of them hold, `steps` what must be filled where the board's field has come to a value,
    `tabs`, `panels` their order on the record page and `tabs_off`, `panels_off` those it does without, `variants` the same kind
    laid out otherwise for some roles or some records. `steps_elsewhere` is the address of the screen where that is said instead.

    A workspace shapes a kind by a copy with other facts and further columns (`entity.custom.shapes`).
    """

    kind: str
    plural: str
    label: Label
    labels: Label
    icon: str = "file"
    title: str = "name"
    columns: Sequence[str] = ()
    form: Mapping[Label, Sequence[str]] = {}
    quick: Sequence[str] = ()
    highlights: Sequence[str] = ()
    facts: Sequence[str] = ()
    board: str | None = None
    board_sum: str | None = None
    board_over: ClassVar[Mapping[str, str]] = {}
    board_shut: Sequence[str] = ()
    card: Sequence[str] = ()
    calendar: Sequence[str] = ()
    done: ClassVar[str | None] = None
    parent: ClassVar[str | None] = None
    related: Sequence[str] = ()
    hint: Sequence[str] = ()
    match: Sequence[str] = ()
    sort: str = ""
    menu: str | None = None
    menu_order: int = 50
    rules: Sequence[Any] = ()
    duplicates: Sequence[Any] = ()
    empty: ClassVar[Label] = ""
    title_of: ClassVar[Callable[[Any], str] | None] = None
    fixed: Mapping[str, Any] = {}
    own: bool = False
    configures: bool = False
    changes: Mapping[str, Mapping[str, Any]] = {}
    left_out: Sequence[str] = ()
    shown: Mapping[str, Sequence[Any]] = {}
    steps: Sequence[Any] = ()
    steps_elsewhere: ClassVar[str] = ""
    tabs: Sequence[str] = ()
    tabs_off: Sequence[str] = ()
    panels: Sequence[str] = ()
    panels_off: Sequence[str] = ()
    variants: Sequence[Any] = ()

    model: type[models.Model]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        bound = bound_model(cls)
        if bound is not None:
            cls.model = bound
            registry.add(cls())

    def __init__(self) -> None:
        self._fields: dict[str, Fact] | None = None

    def __repr__(self) -> str:
        return f"<Entity {self.kind}>"

    @property
    def fields(self) -> dict[str, Fact]:
        """{name: field} in the order of declaration, parts behind their composite, base facts last."""
        if self._fields is None:
            self._fields = self._collect()
        return self._fields

    def _collect(self) -> dict[str, Fact]:
        columns: list[Any] = list(self.model._meta.concrete_fields)
        own: dict[str, Fact] = {f.name: f for f in columns if isinstance(f, Fact)}
        own |= getattr(self.model, "virtual_facts", {})
        names = [name for name in vars(self.model) if name in own] + list(own)
        ordered: dict[str, Fact] = {}
        for name in dict.fromkeys([*self._declared_order(), *names]):
            if name in BASE_FIELDS or own[name].part_of:
                continue
            ordered[name] = own[name]
            ordered |= {part: field for part, field in own.items() if field.part_of == name}
        ordered |= {name: own[name] for name in BASE_FIELDS if name in own}
        for name, facts in self.changes.items():
            if name in ordered:
                ordered[name] = copy(ordered[name])
                vars(ordered[name]).update(facts)
        return ordered

    def copied(self, model: type[models.Model]) -> "Entity[R]":
        """The same kind over another model, to be shaped."""
        made = copy(self)
        for known in ("roots", "derived", "needed", "linked", "spare", "worked", "protected"):
            vars(made).pop(known, None)
        made._fields, made.model = None, model
        return made

    @cached_property
    def roots(self) -> tuple[tuple[Fact, tuple[str, ...]], ...]:
        """The fields that a write is normalised by, parts left to their composite, with the names each takes care of."""
        return tuple((field, tuple(field.names())) for field in self.fields.values() if field.part_of not in self.fields)

    @cached_property
    def derived(self) -> tuple[tuple[Fact, tuple[str, ...]], ...]:
        """The fields with stored companions, with the names these depend on."""
        return tuple((field, tuple(field.names())) for field in self.fields.values() if type(field).derive is not Fact.derive)

    @cached_property
    def needed(self) -> tuple[tuple[str, Fact], ...]:
        """The fields that must be filled, by name."""
        return tuple((name, field) for name, field in self.fields.items() if field.required and field.storage.filterable)

    @cached_property
    def spare(self) -> dict[str, str]:
        """{spare column: attribute of the field that it holds}, for what is kept by columns."""
        columns = self.model._meta.concrete_fields
        return {str(one.column): one.attname for one in columns if one.column not in (one.attname, None)}

    def named(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is kept by columns, by the attributes of the fields that these hold."""
        return {self.spare.get(column, column): pair for column, pair in changes.items()} if self.spare else changes

    @cached_property
    def linked(self) -> tuple[Fact, ...]:
        """The fields that point to other records, one or many."""
        return tuple(field for field in self.fields.values() if field.target is not None)

    @cached_property
    def protected(self) -> dict[str, frozenset[str]]:
        """{field whose verified value is changed only with approval: the names under which a write holds its value}."""
        found = {name: {*one.names(), *one.columns()} for name, one in self.fields.items() if one.protected and not one.part_of}
        return {name: frozenset(names) for name, names in found.items()}

    @cached_property
    def worked(self) -> tuple[Fact, ...]:
        """The fields whose columns follow from other fields of the record."""
        return tuple(field for field in self.fields.values() if field.worked)

    def work_out(self, record: Any) -> None:
        """Fills these columns of a record that is about to be written, after everything else of it."""
        for field in self.worked:
            field.derive(record)

    def _declared_order(self) -> list[str]:
        """Names in the order of the class body: Django's counter for columns, form order for virtual ones."""
        concrete = sorted(
            (f for f in self.model._meta.concrete_fields if isinstance(f, Fact)), key=lambda f: f.creation_counter
        )
        return [field.name for field in concrete]

    def field(self, name: str) -> Fact | None:
        return self.fields.get(name)

    @property
    def title_field(self) -> Fact:
        return self.fields[self.title]

    @property
    def writable(self) -> list[Fact]:
        """The fields a person or program may send."""
        return [field for field in self.fields.values() if not field.readonly]

    @property
    def sections(self) -> dict[Label, list[str]]:
        """The form's sections. A field that none of them names, and that is not left out, stands behind the field declared before it."""
        made = {label: [name for name in names if name not in self.left_out] for label, names in self.form.items()}
        placed = {name for names in made.values() for name in names} | set(self.left_out)
        before: str | None = None
        for name, field in self.fields.items():
            own = not (field.readonly or field.part_of or name in BASE_FIELDS)
            if own and made and name not in placed:
                home = next((names for names in made.values() if before in names), list(made.values())[-1])
                home.insert(home.index(before) + 1 if before in home else len(home), name)
            before = name if own else before
        return made

    @property
    def compared(self) -> list[str]:
        """The inputs of a form by which similar records are found: compared fields, an address by its parts."""
        named = {name for rule in self.duplicates for name in rule.fields}
        return [name for name, field in self.fields.items() if field.part_of in named or name in named and field.type != "address"]

    @property
    def default_sort(self) -> str:
        return self.sort or self.title

    def name_of(self, record: Any) -> str:
        """What the record is called, in the reader's language where the name was shipped with Kith."""
        maker = type(self).title_of
        found = maker(record) if maker is not None else self.title_field.value(record)
        return self.called(str(found)) if found else str(self.label)

    def called(self, title: str) -> str:
        """A stored title of this kind in the reader's language."""
        return told(title) if self.title_field.spoken else title
