"""How a kind is laid out: columns of its list, sections of its form, head, tabs and panels of its record page, board, calendar,
which fields must be filled, at which step, what is shown when; and the variants for some roles or records. Needs `administration.kinds`.

What is stored names fields. One that was retired since is passed over and is in its place again once it is back; one that no
section names stands behind the field declared before it (`Entity.sections`), so that nothing gets out of sight.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.custom import shapes
from crm.kernel.entity.custom.actions import RIGHT, kept, kind_of, setting_of
from crm.kernel.entity.custom.checking import LONGEST_HELP, Given
from crm.kernel.entity.custom.laid import VARIED
from crm.kernel.entity.custom.layout_parts import LISTS, ONES, PARTS, read_part
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.text import clean
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.guards import need
from crm.kernel.tenancy.scope import bump_schema


def stored(kind: str) -> CustomKind | KindSetting:
    """The row whose `facts` hold the layout of a kind, new where nothing was said yet; raises NotFound."""
    return CustomKind.objects.filter(code=kind).first() or setting_of(kind)


def layout_of(entity: Entity[Any]) -> dict[str, Any]:
    """The layout as it is now, whoever said so, in the form in which it is stored."""
    return _as_it_is(entity, stored(entity.kind).facts)


def layout_of_variant(entity: Entity[Any], number: int) -> dict[str, Any]:
    """What a variant comes to, with what it has from the layout for everybody; `said` names the parts that are its own.
    Raises NotFound."""
    facts = stored(entity.kind).facts
    told = list(facts.get("variants") or ())
    if not 0 <= number < len(told):
        raise NotFound(_("There is no such layout."))
    one, own = told[number], {name: told[number][name] for name in VARIED if name in told[number]}
    found = _as_it_is(shapes.otherwise(entity, facts, own), facts | own)
    about = {"labels": one.get("labels") or {}, "roles": list(one.get("roles") or ()), "when": one.get("when") or ""}
    return {name: found[name] for name in VARIED} | about | {"said": list(own)}


def _as_it_is(entity: Entity[Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {frozenset(one["labels"].items()): one["when"] for one in facts.get("form") or () if one.get("when")}
    form = []
    for label, names in entity.sections.items():
        section: dict[str, Any] = {"labels": in_languages(label), "fields": list(names)}
        when = conditions.get(frozenset(section["labels"].items()))
        form.append(section | ({"when": when} if when else {}))
    found: dict[str, Any] = {name: list(getattr(entity, name)) for name in LISTS}
    found |= {name: getattr(entity, name) or "" for name in ONES}
    found |= {"form": form, "required": [name for name in facts.get("required") or () if name in entity.fields]}
    found["shown"] = {name: text for name, text in (facts.get("shown") or {}).items() if name in entity.fields}
    return found | {name: list(facts.get(name) or ()) for name in ("steps", "variants")}


def required_of(entity: Entity[Any]) -> list[str]:
    """The fields that the layout for everybody makes needed."""
    return [name for name in stored(entity.kind).facts.get("required") or () if name in entity.fields]


def in_languages(label: Any) -> dict[str, str]:
    """A label in each language that is not made of another one."""
    found = {}
    for code, _name in settings.LANGUAGES:
        if code != "zh-hant":
            with override(code):
                found[code] = str(label)
    return {code: text for code, text in found.items() if text}


def change_layout(kind: str, given: Mapping[str, Any]) -> CustomKind | KindSetting:
    """Sets parts of the layout (`PARTS`); None for a part takes back what was said of it. Their shapes are those of `layout_parts`.
    Wrong names each field that does not fit."""
    need(RIGHT)
    bump_schema()
    entity = kind_of(kind)
    answers, now, row = Given(), layout_of(entity), stored(kind)
    board = given.get("board")
    if isinstance(board, str) and board in entity.fields and board != entity.board:
        entity = shapes.otherwise(entity, row.facts, {"board": board})  # whose columns the steps are at
        given = {"steps": [], **given}
    said: dict[str, Any] = {}
    for name in given:
        if name not in PARTS:
            answers.refuse(name, _("A layout has these parts: %(all)s.") % {"all": ", ".join(PARTS)})
        elif given[name] is not None:
            said[name] = read_part(answers, entity, name, given[name])
    answers.done()
    facts = {name: value for name, value in row.facts.items() if name not in given or name not in PARTS}
    facts |= {name: value for name, value in said.items() if name in row.facts or value != now[name]}
    return _kept(row, facts)


def _kept(row: CustomKind | KindSetting, facts: dict[str, Any]) -> CustomKind | KindSetting:
    row.facts = facts
    kept(row)
    return row


def reset_layout(kind: str) -> CustomKind | KindSetting:
    """The layout that Kith gives a kind, as if nobody had ever said otherwise."""
    need(RIGHT)
    bump_schema()
    row = stored(kind)
    return _kept(row, {name: value for name, value in row.facts.items() if name not in PARTS})


def name_field(kind: str, name: str, given: Any, helps: Any = None, choices: Mapping[str, Any] | None = None) -> CustomKind | KindSetting:
    """Calls a field that the kind came with otherwise, {language: name}; without names it is called as Kith calls it. `helps` is the
    same for the sentence under its input, `choices` {value: {language: name}} for what can be chosen; None leaves them as they are."""
    need(RIGHT)
    bump_schema()
    entity, row = registry.kind(kind), stored(kind)
    if entity is None or name not in entity.fields:
        raise NotFound(_("There is no such field."))
    answers, facts = Given(), dict(row.facts)
    labels = answers.names("label", given, required=False)
    if helps is not None:
        facts["helps"] = _told(facts.get("helps"), name, answers.names("help", helps, required=False, longest=LONGEST_HELP))
    if choices is not None:
        known = {str(value) for value, _label in entity.fields[name].choices_list}
        for value in set(choices) - known:
            answers.refuse("choices", _("There is no choice “%(value)s”.") % {"value": value})
        named = {value: answers.names("choices", told, required=False) for value, told in choices.items() if value in known}
        facts["choices"] = _told(facts.get("choices"), name, {value: told for value, told in named.items() if told})
    answers.done()
    row.facts = {name: value for name, value in facts.items() if value or name not in ("helps", "choices")}
    if isinstance(row, KindSetting):
        row.labels = _told(row.labels, name, labels)
    elif name == entity.title:
        row.facts = row.facts | {"title_labels": labels}
    else:
        raise NotFound(_("There is no such field."))
    kept(row)
    return row


def explain_field(kind: str, name: str, purpose: str) -> CustomKind | KindSetting:
    """Keeps in a sentence why the company writes this down of each record; "" takes it away."""
    need(RIGHT)
    entity, row = registry.kind(kind), stored(kind)
    if entity is None or name not in entity.fields:
        raise NotFound(_("There is no such field."))
    try:
        text = " ".join(clean(purpose).split())
    except FieldError as error:
        raise Wrong(fields={"purpose": [error.message]}) from error
    if len(text) > LONGEST_HELP:
        raise Wrong(fields={"purpose": [_("At most %(n)s characters.") % {"n": LONGEST_HELP}]})
    facts = {**row.facts, "purposes": _told(row.facts.get("purposes"), name, text)}
    row.facts = {part: value for part, value in facts.items() if value or part != "purposes"}
    kept(row)
    return row


def _told(all_: Mapping[str, Any] | None, name: str, said: Any) -> dict[str, Any]:
    """What is said of several fields, with that of one as it is now."""
    return {key: value for key, value in {**(all_ or {}), name: said}.items() if value}


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
