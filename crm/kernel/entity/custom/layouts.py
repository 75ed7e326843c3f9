"""How a kind is laid out for everybody: columns of its list, sections of its form, head of its record page, board, calendar,
and which fields must be filled. Needs `administration.kinds`.

What is stored names fields. One that was retired since is passed over and is in its place again once it is back; one that no
section names stands behind the field declared before it (`Entity.sections`), so that nothing gets out of sight.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.kernel.base.errors import NotFound
from crm.kernel.entity.custom.actions import RIGHT, kept, kind_of, setting_of
from crm.kernel.entity.custom.checking import Given
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.guards import need
from crm.kernel.tenancy.scope import bump_schema

MOST_SECTIONS = 30
#: So many figures has the head of a record page.
MOST_HIGHLIGHTS = 5
LISTS = ("columns", "highlights", "card", "calendar")
ONES = ("board", "board_sum")
#: All that a layout says, by the names of `facts`.
PARTS = (*LISTS, *ONES, "form", "required")
#: The layout that stood before the last change, so that it can be taken back.
BEFORE = "layout_before"


def fits_form(entity: Entity[Any], one: Fact) -> bool:
    """Whether a field can be placed in the sections of the form: what Kith alone writes and parts of others cannot."""
    placed = {name for names in entity.sections.values() for name in names}
    return one.name in placed or not (one.readonly or one.part_of or one.name in BASE_FIELDS[2:])


def fits_board(_entity: Entity[Any], one: Fact) -> bool:
    """A list of choices, or a link to records that stand in an order of their own, such as stages."""
    if one.type == "link":
        target = registry.of(one.target)
        return target is not None and "position" in target.fields
    return one.type == "choice" and bool(one.choices_list) and one.filterable and not one.part_of and not one.worked


def fits_required(entity: Entity[Any], one: Fact) -> bool:
    """Whether it can be asked that a field is filled; of those that are needed anyway it need not be said."""
    plain = one.filterable and not one.multiple and one.type not in ("computed", "yes_no", "address")
    return plain and not one.readonly and not one.part_of and one.name != entity.title


FITS: dict[str, Callable[[Entity[Any], Fact], bool]] = {
    "columns": lambda entity, one: one.name != entity.title,
    "highlights": lambda entity, one: one.name != entity.title and not one.part_of,
    "card": lambda entity, one: one.name != entity.title and not one.part_of,
    "calendar": lambda _entity, one: one.type in ("date", "datetime") and not one.part_of and one.filterable,
    "board": fits_board,
    "board_sum": lambda _entity, one: one.type == "money",
    "required": fits_required,
    "form": fits_form,
}


def fitting(entity: Entity[Any], part: str) -> list[Fact]:
    """The fields that a part of the layout can name, in the order of the kind."""
    return [one for one in entity.fields.values() if FITS[part](entity, one)]


def stored(kind: str) -> CustomKind | KindSetting:
    """The row whose `facts` hold the layout of a kind, new where nothing was said yet; raises NotFound."""
    return CustomKind.objects.filter(code=kind).first() or setting_of(kind)


def layout_of(entity: Entity[Any]) -> dict[str, Any]:
    """The layout as it is now, whoever said so, in the form in which it is stored."""
    facts = stored(entity.kind).facts
    form = [{"labels": in_languages(label), "fields": list(names)} for label, names in entity.sections.items()]
    found: dict[str, Any] = {name: list(getattr(entity, name)) for name in LISTS}
    found |= {name: getattr(entity, name) or "" for name in ONES}
    return found | {"form": form, "required": [name for name in facts.get("required") or () if name in entity.fields]}


def in_languages(label: Any) -> dict[str, str]:
    """A label in each language that is not made of another one."""
    found = {}
    for code, _name in settings.LANGUAGES:
        if code != "zh-hant":
            with override(code):
                found[code] = str(label)
    return {code: text for code, text in found.items() if text}


def change_layout(kind: str, given: Mapping[str, Any]) -> CustomKind | KindSetting:
    """Sets parts of the layout (`PARTS`); None for a part takes back what was said of it. Of columns, highlights, card,
    calendar and required the value is a list of fields, of board and board_sum a field or "", of form
    [{"labels": {language: name}, "fields": [...]}]. Wrong names each field that does not fit."""
    need(RIGHT)
    bump_schema()
    entity = kind_of(kind)
    answers, now = Given(), layout_of(entity)
    said: dict[str, Any] = {}
    for name in given:
        if name not in PARTS:
            answers.refuse(name, _("A layout has these parts: %(all)s.") % {"all": ", ".join(PARTS)})
        elif given[name] is not None:
            said[name] = _read(answers, entity, name, given[name])
    answers.done()
    row = stored(kind)
    facts = {name: value for name, value in row.facts.items() if name not in given or name not in PARTS}
    facts |= {name: value for name, value in said.items() if name in row.facts or value != now[name]}
    return _kept(row, facts)


def _kept(row: CustomKind | KindSetting, facts: dict[str, Any]) -> CustomKind | KindSetting:
    before = {name: value for name, value in row.facts.items() if name in PARTS}
    if before != {name: value for name, value in facts.items() if name in PARTS}:
        facts[BEFORE] = before
    row.facts = facts
    kept(row)
    return row


def reset_layout(kind: str) -> CustomKind | KindSetting:
    """The layout that Kith gives a kind, as if nobody had ever said otherwise."""
    need(RIGHT)
    bump_schema()
    row = stored(kind)
    return _kept(row, {name: value for name, value in row.facts.items() if name not in PARTS})


def take_back_layout(kind: str) -> CustomKind | KindSetting:
    """The layout that stood before the last change; once more, and the change is in force again."""
    need(RIGHT)
    bump_schema()
    row = stored(kind)
    if BEFORE not in row.facts:
        raise NotFound(_("There is no earlier layout to go back to."))
    others = {name: value for name, value in row.facts.items() if name not in PARTS}
    return _kept(row, others | row.facts[BEFORE])


def _read(answers: Given, entity: Entity[Any], part: str, raw: Any) -> Any:
    if part == "form":
        return _sections(answers, entity, raw)
    if part in ONES:
        return _names(answers, entity, part, [raw] if raw else [])[0] if raw else ""
    found = _names(answers, entity, part, raw)
    if part == "highlights" and len(found) > MOST_HIGHLIGHTS:
        answers.refuse(part, _("The head of a record has room for %(n)s figures.") % {"n": MOST_HIGHLIGHTS})
    return found


def _names(answers: Given, entity: Entity[Any], part: str, raw: Any) -> list[str]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        answers.refuse(part, _("Give a list of fields."))
        return []
    for name in raw:
        one = entity.fields.get(name) if isinstance(name, str) else None
        if one is None:
            answers.refuse(part, _("There is no field “%(name)s”.") % {"name": name})
        elif not FITS[part](entity, one):
            answers.refuse(part, _("“%(field)s” cannot stand here.") % {"field": one.label})
    return list(dict.fromkeys(str(name) for name in raw))


def _sections(answers: Given, entity: Entity[Any], raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw) or not 1 <= len(raw) <= MOST_SECTIONS:
        answers.refuse("form", _("Give between 1 and %(n)s sections.") % {"n": MOST_SECTIONS})
        return []
    found: list[dict[str, Any]] = []
    placed: set[str] = set()
    named: set[tuple[str, str]] = set()
    for section in raw:
        labels = answers.names("form", section.get("labels"))
        names = _names(answers, entity, "form", section.get("fields") or [])
        for name in placed & set(names):
            answers.refuse("form", _("“%(field)s” stands in two sections.") % {"field": entity.fields[name].label})
        if named & set(labels.items()):
            answers.refuse("form", _("Two sections have the same name."))
        placed |= set(names)
        named |= set(labels.items())
        if names:
            found.append({"labels": labels, "fields": names})
    return found


def name_field(kind: str, name: str, given: Any) -> CustomKind | KindSetting:
    """Calls a field that the kind came with otherwise, {language: name}; without names it is called as Kith calls it."""
    need(RIGHT)
    bump_schema()
    entity, row = registry.kind(kind), stored(kind)
    if entity is None or name not in entity.fields:
        raise NotFound(_("There is no such field."))
    answers = Given()
    labels = answers.names("label", given, required=False)
    answers.done()
    if isinstance(row, KindSetting):
        row.labels = {key: value for key, value in (row.labels | {name: labels}).items() if value}
    elif name == entity.title:
        row.facts = row.facts | {"title_labels": labels}
    else:
        raise NotFound(_("There is no such field."))
    kept(row)
    return row


def order_fields(kind: str, names: Sequence[str]) -> None:
    """Puts the workspace's own fields of a kind in this order; those that are not named follow as they stood."""
    need(RIGHT)
    bump_schema()
    known = list(CustomField.objects.filter(kind=kind).order_by("place", "id"))
    first = {name: at for at, name in enumerate(names)}
    for place, one in enumerate(sorted(known, key=lambda one: first.get(one.name, len(first))), 1):
        if one.place != place:
            one.place = place
            kept(one)
