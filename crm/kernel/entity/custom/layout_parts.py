"""The parts of a layout in their stored form, or refused with a sentence.

Of columns, highlights, card, calendar, required and left_out the value is a list of fields, of board and board_sum a field or "", of form
[{"labels": {language: name}, "fields": [...], "when": condition}], of shown {field: condition}, of steps [{"at": choice, "later": bool,
"fields": [...]}] by the values of the board's field, of tabs, tabs_off, panels and panels_off a list of names, of variants
[{"labels", "roles": [...], "when": condition, and any of `VARIED`}]. A condition is a filter in its text form.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.custom.checking import Given
from crm.kernel.entity.custom.laid import VARIED
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.filter import Asker, condition, leaves, to_text
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import Role

MOST_SECTIONS = 30
MOST_VARIANTS = 20
#: So many figures has the head of a record page.
MOST_HIGHLIGHTS = 5
LONGEST_CONDITION = 500
LISTS = ("columns", "highlights", "card", "calendar", "left_out", "tabs", "tabs_off", "panels", "panels_off")
ONES = ("board", "board_sum")
_PLACES = ("tabs", "tabs_off", "panels", "panels_off")
#: All that a layout says, by the names of `facts`.
PARTS = (*LISTS, *ONES, "form", "required", "shown", "steps", "variants")


def fits_form(entity: Entity[Any], one: Fact) -> bool:
    """Whether a field can be placed in the sections of the form: what Kith alone writes and parts of others cannot."""
    came = registry.shipped.by_kind.get(entity.kind)
    placed = {name for kind in (entity, came) if kind is not None for names in kind.sections.values() for name in names}
    if one.name in placed or one.name in entity.left_out:
        return True
    return not (one.part_of or one.name in BASE_FIELDS[2:]) and (not one.readonly or one.type == "computed" or bool(one.worked))


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


def needed_anyway(entity: Entity[Any], one: Fact) -> bool:
    """Whether a record cannot be without the field, whatever a layout says."""
    return one.name == entity.title or (one.name not in BASE_FIELDS and not one.readonly and getattr(one, "null", True) is False)


def fits_hidden(entity: Entity[Any], one: Fact) -> bool:
    """Whether form and record page can do without the field."""
    return fits_form(entity, one) and not needed_anyway(entity, one)


FITS: dict[str, Callable[[Entity[Any], Fact], bool]] = {
    "columns": lambda _entity, _one: True,
    "highlights": lambda entity, one: one.name != entity.title and not one.part_of,
    "card": lambda entity, one: one.name != entity.title and not one.part_of,
    "calendar": lambda _entity, one: one.type in ("date", "datetime") and not one.part_of and one.filterable,
    "board": fits_board,
    "board_sum": lambda _entity, one: one.type == "money",
    "required": fits_required,
    "form": fits_form,
    "left_out": fits_hidden,
    "shown": fits_hidden,
    "steps": fits_required,
}


def fitting(entity: Entity[Any], part: str) -> list[Fact]:
    """The fields that a part of the layout can name, in the order of the kind."""
    return [one for one in entity.fields.values() if FITS[part](entity, one)]


def read_part(answers: Given, entity: Entity[Any], part: str, raw: Any) -> Any:
    """The stored form of one part; what does not fit is refused by the part's name."""
    maker = {"form": _sections, "shown": _shown, "steps": _steps, "variants": _variants}.get(part)
    if maker is not None:
        return maker(answers, entity, raw)
    if part in _PLACES:
        return _places(answers, part, raw)
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
        for name in placed & set(names) & set(entity.fields):
            answers.refuse("form", _("“%(field)s” stands in two sections.") % {"field": entity.fields[name].label})
        if named & set(labels.items()):
            answers.refuse("form", _("Two sections have the same name."))
        placed |= set(names)
        named |= set(labels.items())
        if names:
            when = _condition(answers, entity, "form", section.get("when"), names)
            found.append({"labels": labels, "fields": names} | ({"when": when} if when else {}))
    return found


_PLACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,120}")


def _places(answers: Given, part: str, raw: Any) -> list[str]:
    """Names of tabs or panels. What they mean is known to the parts that bring them; one that is gone says nothing."""
    if not isinstance(raw, list) or len(raw) > 200 or not all(isinstance(one, str) and _PLACE.fullmatch(one) for one in raw):
        answers.refuse(part, _("Give a list of names."))
        return []
    return list(dict.fromkeys(raw))


def _condition(answers: Given, entity: Entity[Any], part: str, raw: Any, names: Sequence[str] = ()) -> str:
    """A condition in its text form; `names` are the fields that it decides about: they cannot decide of themselves."""
    if raw in (None, ""):
        return ""
    if not isinstance(raw, str) or len(raw) > LONGEST_CONDITION:
        answers.refuse(part, _("Write a condition of at most %(n)s characters.") % {"n": LONGEST_CONDITION})
        return ""
    try:
        node = condition(raw, entity, Asker(current_reading()))
    except Wrong as refusal:
        for message in refusal.fields.get("filter", [refusal.message]):
            answers.refuse(part, message)
        return ""
    asked = {leaf.field.partition(".")[0] for leaf in leaves(node)}
    for name in names:
        one = entity.fields.get(name)
        if one is not None and needed_anyway(entity, one):
            answers.refuse(part, _("“%(field)s” is needed by its nature and is always shown.") % {"field": one.label})
        elif one is not None and asked & {name, *(part.name for part in entity.fields.values() if part.part_of == name)}:
            answers.refuse(part, _("“%(field)s” cannot decide whether it is shown itself.") % {"field": one.label})
    return to_text(node)


def _shown(answers: Given, entity: Entity[Any], raw: Any) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        answers.refuse("shown", _("Give conditions by field."))
        return {}
    names = _names(answers, entity, "shown", list(raw))
    found = {name: _condition(answers, entity, "shown", raw[name], [name]) for name in names if name in entity.fields}
    return {name: text for name, text in found.items() if text}


def _steps(answers: Given, entity: Entity[Any], raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, Mapping) for one in raw):
        answers.refuse("steps", _("Give a list of steps, each with “at” and “fields”."))
        return []
    if raw and entity.steps_elsewhere:
        answers.refuse("steps", _("Its stages say themselves what they need."))
    found: dict[str, dict[str, Any]] = {}
    for one in raw:
        at = value_of_board(entity, str(one.get("at") or ""))
        if at is None:
            answers.refuse("steps", _("The board has no column “%(value)s”.") % {"value": one.get("at") or ""})
            continue
        if at in found:
            answers.refuse("steps", _("Two steps are at the same column."))
        names = [name for name in _names(answers, entity, "steps", one.get("fields") or []) if name != entity.board]
        if names:
            found[at] = {"at": at, "later": one.get("later") is True, "fields": names}
    return list(found.values())


def value_of_board(entity: Entity[Any], said: str) -> str | None:
    """The stored value that a choice, an id or a name of a record means; None where the board has no such column."""
    field = entity.fields.get(entity.board or "")
    if field is None or not said:
        return None
    if field.type != "link":
        return said if said in {str(value) for value, _label in field.choices_list} else None
    named = names_of_board(entity)
    pk = as_uuid(said)
    return str(pk) if pk is not None and str(pk) in named else next((one for one, name in named.items() if name == said), None)


def names_of_board(entity: Entity[Any], spoken: bool = False) -> dict[str, str]:
    """{id: name} of the records that are columns of the board, in their order; of a pipeline's stages with its name before. `spoken`:
    in the reader's language, else as they are stored."""
    field = entity.fields.get(entity.board or "")
    target = registry.of(field.target) if field is not None else None
    if target is None:
        return {}
    group = next((one for one in target.fields.values() if one.type == "link" and getattr(one, "follows", False)), None)
    above = registry.of(group.target) if group is not None else None

    def named(kind: Entity[Any], record: Any) -> str:
        return kind.name_of(record) if spoken else str(kind.title_field.value(record))

    found, homes = {}, {one.pk: named(above, one) for one in above.model._default_manager.all()} if above is not None else {}
    for one in target.model._default_manager.filter(deleted_at=None).order_by("position", "pk"):
        home = homes.get(group.value(one)) if group is not None else None
        found[str(one.pk)] = f"{home} / {named(target, one)}" if home else named(target, one)
    return found


def _variants(answers: Given, entity: Entity[Any], raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or len(raw) > MOST_VARIANTS or not all(isinstance(one, Mapping) for one in raw):
        answers.refuse("variants", _("Give a list of at most %(n)s layouts.") % {"n": MOST_VARIANTS})
        return []
    known = dict(Role.objects.values_list("id", "name"))
    found = []
    for one in raw:
        inner = Given()
        roles = {str(pk): name for pk, name in known.items()}
        told = one.get("roles") or []
        ids = [next((pk for pk, name in roles.items() if said in (pk, name)), None) for said in told] if isinstance(told, list) else [None]
        if None in ids:
            inner.refuse("roles", _("There is no such role."))
        made: dict[str, Any] = {"labels": inner.names("labels", one.get("labels")), "roles": [pk for pk in ids if pk is not None]}
        when = _condition(inner, entity, "when", one.get("when"))
        made |= {"when": when} if when else {}
        if not made["roles"] and not when and not inner.wrong:
            inner.refuse("when", _("Say for which roles or for which records this layout counts."))
        if when and "columns" in one:
            inner.refuse("columns", _("A list shows records of every sort: its columns can differ by role alone."))
        unknown = [name for name in one if name not in (*VARIED, "labels", "roles", "when")]
        for name in unknown:
            inner.refuse(str(name), _("A layout has these parts: %(all)s.") % {"all": ", ".join(VARIED)})
        made |= {name: read_part(inner, entity, name, one[name]) for name in VARIED if name in one}
        for messages in inner.wrong.values():
            for message in messages:
                answers.refuse("variants", message)
        found.append(made)
    return found
