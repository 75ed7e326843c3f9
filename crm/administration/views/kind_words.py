"""What the screens of kinds and fields say and read: names in several languages, kinds by their address, facts of a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.administration.views.field_types import icon_of
from crm.kernel.entity.custom import layout_parts, layouts
from crm.kernel.entity.custom.keeping import pending
from crm.kernel.entity.custom.types import TYPES
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.forms.numbers import show_percent
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.entity.jobs import NAME
from crm.kernel.entity.models import CustomField
from crm.kernel.entity.registry import registry
from crm.kernel.queue.models import Task


def languages() -> list[tuple[str, str]]:
    """[(code, name)] in which names are asked for, the reader's first. Traditional Chinese is made of the simplified."""
    asked = [(code, name) for code, name in settings.LANGUAGES if code != "zh-hant"]
    return sorted(asked, key=lambda one: one[0][:2] != (get_language() or "")[:2])


def names_in(sent: QueryDict, name: str, kept: Mapping[str, str] | None = None) -> dict[str, str]:
    """{language: text} of the inputs `name.language`; what was given for languages that are not asked for stays."""
    asked = {code for code, _name in languages()}
    typed = {code: sent.get(f"{name}.{code}", "") for code in asked}
    return {code: text for code, text in (kept or {}).items() if code not in asked} | typed


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field in the table of its kind. `made`: the declaration of a field of the workspace's own, else None."""

    name: str
    label: Any
    type: Any
    icon: str
    made: CustomField | None
    required: bool
    unique: bool
    searched: bool
    help: Any
    used: list[Any] = field(default_factory=list)
    target: Any = ""
    note: Any = ""
    waits: bool = False


def field_lines(entity: Entity[Any]) -> tuple[list[FieldLine], list[FieldLine], list[CustomField]]:
    """(fields of the workspace's own, those that Kith brings, retired ones)."""
    declared = {one.name: one for one in CustomField.objects.filter(kind=entity.kind).order_by("place", "id")}
    shown = [one for one in entity.fields.values() if not one.part_of]
    lines = {one.name: _line(entity, one, declared.get(one.name)) for one in shown}
    own = [lines[name] for name, one in declared.items() if one.retired_at is None and name in lines]
    brought = [line for name, line in lines.items() if line.made is None and name not in BASE_FIELDS[2:]]
    return own, brought, [one for one in declared.values() if one.retired_at is not None]


def _line(entity: Entity[Any], one: Fact, made: CustomField | None) -> FieldLine:
    type_ = made.type if made is not None else one.type
    target = registry.of(one.target)
    label = TYPES[type_].label if type_ in TYPES else ""
    unique, aim = bool(getattr(one, "unique", False) or one.unique_value), target.label if target is not None else ""
    used, needed = list(_used(entity, one)), one.required or one.title
    line = FieldLine(one.name, one.label, label, icon_of(type_), made, needed, unique, bool(one.weight), one.help, used, aim)
    waits = made is not None and pending(made)
    return replace(line, waits=waits, note=_how_far(entity.kind) if waits else "" if one.filterable else one.why_closed)


def _how_far(kind: str) -> str:
    """What is said of a field that is being worked out for all records."""
    task = Task.objects.filter(name=NAME, state__in=(Task.WAITING, Task.RUNNING), args__kind=kind).order_by("created_at").first()
    far = show_percent(Decimal(task.percent or 0 if task is not None else 0), current_reading())
    return _("Being worked out for all records: %(percent)s done. Filters, order and groups know it after that.") % {"percent": far}


def _used(entity: Entity[Any], one: Fact) -> Iterable[Any]:
    if one.name == entity.title or one.name in entity.columns:
        yield _("List")
    if one.name in entity.highlights:
        yield _("Head")
    if one.name == entity.board:
        yield _("Board")
    if one.name in entity.card:
        yield _("Card")
    if one.name in entity.calendar:
        yield _("Calendar")


def called(made: CustomField) -> str:
    """The name of a field that is perhaps retired, in the reader's language."""
    names = made.labels
    return str(names.get(get_language() or "") or names.get("en") or next(iter(names.values()), made.name))


def has_layout(entity: Entity[Any]) -> bool:
    """Whether the workspace said anything of the kind's layout."""
    return any(name in layouts.stored(entity.kind).facts for name in layout_parts.PARTS)
