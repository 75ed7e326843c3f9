"""Making, changing and retiring kinds and fields. Each needs `administration.kinds` and is in the audit log.

Nothing that is retired is lost: its values stay in their columns, and it comes back as it was.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.custom import keeping, protection, rules, shapes, slots
from crm.kernel.entity.custom.checking import (
    LONGEST_HELP,
    TELLING,
    Given,
    address_taken,
    facts_of,
    field_taken,
    kind_taken,
    whole,
)
from crm.kernel.entity.custom.types import TYPES
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields.fact import ModelClass
from crm.kernel.entity.jobs import start
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.guards import need
from crm.kernel.tenancy.scope import bump_schema, reshape

RIGHT = "administration.kinds"
#: So many kinds of its own may a workspace have, and so many fields a kind.
MOST_KINDS = 200
MOST_FIELDS = 200
ICONS = (
    "box", "truck", "building", "home", "people", "person", "team", "deal", "case", "file", "book", "clip", "table", "chart",
    "target", "flag", "calendar", "clock", "phone", "mail", "chat", "mega", "globe", "map", "pin", "camera", "image", "key",
    "lock", "shield", "star", "sun", "bulb", "rocket", "gear", "hand",
)  # fmt: skip


def _begin() -> None:
    """Checks the right and takes the workspace's row, so that two who give away spare columns do it one after the other."""
    need(RIGHT)
    bump_schema()


def kept(row: CustomKind | CustomField | KindSetting) -> None:
    """Writes a declaration; from here on it counts, also in what is left of this transaction."""
    row.save()
    reshape()


def make_kind(given: Mapping[str, Any]) -> CustomKind:
    """A new kind from {"label", "labels" (its plural), "code", "plural", "icon"}; texts or {language: text}."""
    _begin()
    answers = Given()
    labels = answers.names("label", given.get("label"))
    plurals = answers.names("labels", given.get("labels"), required=False)
    code = answers.code("code", given.get("code"), labels)
    if kind_taken(code) or CustomKind.objects.filter(code=code).exists():
        answers.refuse("code", _("There is a record kind of this name already."))
    plural = answers.code("plural", given.get("plural") or (code if plurals.keys() == {"zh-hans"} else f"{code}s"), plurals)
    if address_taken(plural) or registry.plural(plural) is not None or CustomKind.objects.filter(plural=plural).exists():
        answers.refuse("plural", _("This address is taken."))
    if CustomKind.objects.count() >= MOST_KINDS:
        answers.refuse("label", _("A workspace can have %(n)s record kinds of its own.") % {"n": MOST_KINDS})
    icon = _icon(answers, given.get("icon") or "box")
    title = answers.names("title_label", given.get("title_label"), required=False)
    answers.done()
    facts = {"title_labels": title} if title else {}
    made = CustomKind(code=code, plural=plural, labels=labels, plurals=plurals, icon=icon, facts=facts)
    kept(made)
    return made


def _icon(answers: Given, raw: Any) -> str:
    if raw not in ICONS:
        answers.refuse("icon", _("Choose one of the list."))
    return str(raw)


def change_kind(code: str, given: Mapping[str, Any]) -> CustomKind | KindSetting:
    """Other names, another icon, rules across fields ([{"formula", "field", "message"}]), and `alike`: whether records with
    similar names are shown while one types, `approval` of changes of verified values (`protection`). Of a shipped kind names, rules and
    approval only."""
    _begin()
    answers = Given()
    own = CustomKind.objects.filter(code=code).first()
    if own is None:
        return _change_shipped(answers, code, given)
    if "label" in given:
        own.labels = answers.names("label", given["label"])
    if "labels" in given:
        own.plurals = answers.names("labels", given["labels"], required=False)
    if "icon" in given:
        own.icon = _icon(answers, given["icon"])
    if "title_label" in given:
        own.facts = {**own.facts, "title_labels": answers.names("title_label", given["title_label"], required=False)}
    if bool(given.get("alike", own.facts.get("alike"))) != bool(own.facts.get("alike")):
        own.facts = {**own.facts, "alike": bool(given["alike"])}
        registry.compared_anew(code)
    if "rules" in given:
        own.facts = {**own.facts, "rules": rules.checked(answers, kind_of(code), given["rules"])}
    _protect(answers, own, code, given)
    answers.done()
    kept(own)
    return own


def _change_shipped(answers: Given, code: str, given: Mapping[str, Any]) -> KindSetting:
    setting = setting_of(code)
    for name, key in (("label", ""), ("labels", "s")):
        if name in given:
            setting.labels = {**setting.labels, key: answers.names(name, given[name], required=False)}
    if "rules" in given:
        setting.facts = {**setting.facts, "rules": rules.checked(answers, kind_of(code), given["rules"])}
    _protect(answers, setting, code, given)
    answers.done()
    kept(setting)
    return setting


def _protect(answers: Given, row: CustomKind | KindSetting, code: str, given: Mapping[str, Any]) -> None:
    """Which fields are changed only with approval once they are verified."""
    if protection.FACT in given:
        told = protection.checked(answers, kind_of(code), given[protection.FACT], row.facts.get(protection.FACT) or {})
        row.facts = {**row.facts, protection.FACT: told}


def setting_of(kind: str) -> KindSetting:
    """What the workspace says otherwise of a shipped kind, new where it says nothing yet."""
    if kind not in registry.shipped.by_kind:
        raise NotFound(_("There is no record kind of this name."))
    return KindSetting.objects.filter(kind=kind).first() or KindSetting(kind=kind)


def retire_kind(code: str, back: bool = False) -> CustomKind:
    """Takes a kind of the workspace's own out of use, records and all; with `back` into use again."""
    _begin()
    own = CustomKind.objects.filter(code=code).first()
    if own is None:
        raise NotFound(_("There is no record kind of this name."))
    own.retired_at = None if back else now()
    kept(own)
    return own


def make_field(kind: str, given: Mapping[str, Any]) -> CustomField:
    """A new field from {"label", "name", "type", "help"} and what the type asks for (`TYPES`)."""
    _begin()
    entity = kind_of(kind)
    answers = Given()
    labels = answers.names("label", given.get("label"))
    helps = answers.names("help", given.get("help"), required=False, longest=LONGEST_HELP)
    name = answers.code("name", given.get("name"), labels)
    type_ = str(given.get("type") or "")
    if type_ not in TYPES:
        answers.refuse("type", _("Choose one of the list: %(all)s.") % {"all": ", ".join(TYPES)})
        answers.done()
    known = list(CustomField.objects.filter(kind=kind))
    if field_taken(entity, name) or any(one.name == name for one in known):
        answers.refuse("name", _("There is a field of this name already."))
    if len(known) >= MOST_FIELDS:
        answers.refuse("label", _("A kind can have %(n)s fields of a workspace's own.") % {"n": MOST_FIELDS})
    facts = facts_of(answers, kind, type_, given, {})
    answers.done()
    made = CustomField(kind=kind, name=name, type=type_, labels=labels, helps=helps, facts=facts)
    made.place = 1 + max((one.place for one in known), default=0)
    if type_ == "computed":
        keeping.settle(entity, made, known)
    else:
        made.slots = _slots(entity, made, known)
    _keep(made)
    return made


def _slots(entity: Entity[Any], made: CustomField, known: list[CustomField]) -> dict[str, str]:
    """The spare columns for a new field: tried out on a model that is thrown away."""
    model = shapes.proxy(registry.base_of_own if entity.own else registry.shipped.by_kind[entity.kind].model)  # type: ignore[arg-type]
    fact = shapes.fact_of(made, lambda name: shapes.target_of(name, _model_of))
    if fact is None:
        raise Wrong(fields={"target": [_("Choose the kind of record it points to.")]})
    shapes.add(model, made.name, fact, {})
    taken = {name for one in model._meta.local_fields for name in (one.name, one.attname)}
    if any(field_taken(entity, name) for name in taken):
        raise Wrong(fields={"name": [_("There is a field of this name already.")]})
    return slots.give(slots.needed(model, fact), (column for one in known for column in one.slots.values()))


def _model_of(name: str) -> ModelClass | None:
    found = registry.kind(name)
    return found.model if found is not None else None


def kind_of(kind: str) -> Entity[Any]:
    """The kind of a code, shipped or the workspace's own; raises NotFound."""
    found = registry.kind(kind)
    if found is None:
        raise NotFound(_("There is no record kind of this name."))
    return found


def change_field(kind: str, name: str, given: Mapping[str, Any]) -> CustomField:
    """Another label, help or other facts; name and type stay. Options may be added, renamed and moved; one that records
    hold stays in the list."""
    _begin()
    one = _field(kind, name)
    answers = Given()
    if "label" in given:
        one.labels = answers.names("label", given["label"])
    if "help" in given:
        one.helps = answers.names("help", given["help"], required=False, longest=LONGEST_HELP)
    facts = facts_of(answers, kind, one.type, {**one.facts, **given}, one.facts)
    if "options" in facts:
        gone = [old for old in one.facts["options"] if old["value"] not in {new["value"] for new in facts["options"]}]
        for old in gone:
            if held(one, old["value"]):
                answers.refuse("options", _("“%(value)s” stands in records and cannot be taken away.") % {"value": old["value"]})
    if given.get("target") not in (None, one.facts.get("target")):
        answers.refuse("target", _("Where a link points to cannot be changed. Make another field."))
    if given.get("place") is not None:
        one.place = whole(answers, "place", given["place"], 0, 10_000) or 0
    if facts.get("places") != one.facts.get("places") and one.retired_at is None and filled(one):
        answers.refuse("places", _("Records have values with so many digits. Make another field."))
    answers.done()
    was, one.facts = one.facts, facts
    if facts.get("formula") != was.get("formula"):
        keeping.settle(kind_of(kind), one, CustomField.objects.filter(kind=kind), was["formula"])
    _keep(one)
    if bool(facts.get("alike")) != bool(was.get("alike")):
        registry.compared_anew(kind)
    return one


def filled(one: CustomField) -> bool:
    """Whether any record has a value."""
    return bool(kind_of(one.kind).model._default_manager.filter(**{f"{one.name}__isnull": False}).exists())


def held(one: CustomField, value: str) -> bool:
    """Whether any record has this choice."""
    entity = kind_of(one.kind)
    column = f"{one.name}__contains" if one.type == "multi_choice" else one.name
    return bool(entity.model._default_manager.filter(**{column: [value] if one.type == "multi_choice" else value}).exists())


def retire_field(kind: str, name: str, back: bool = False) -> CustomField:
    """Takes a field out of use; its values stay, and `back` brings it into use again with all of them."""
    _begin()
    one = _field(kind, name)
    one.retired_at = None if back else now()
    if back and one.worked.get("as"):
        keeping.ask(one)
    _keep(one)
    entity = registry.kind(kind)
    if entity is not None and (one.facts.get("alike") or one.type in TELLING and entity.own):
        registry.compared_anew(kind)
    for other in keeping.needing(kind, one):
        keeping.ask(other)
        _keep(other)
    return one


def _keep(one: CustomField) -> None:
    """Writes the declaration of a field; what is to be worked out for all records is."""
    kept(one)
    if keeping.pending(one):
        start(one.kind)


def _field(kind: str, name: str) -> CustomField:
    one = CustomField.objects.filter(kind=kind, name=name).first()
    if one is None:
        raise NotFound(_("There is no such field of the workspace's own."))
    return one
