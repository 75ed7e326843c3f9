"""The chapters of a configuration: how each is read and how an entry of it is brought in."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.administration.actions import parts
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import actions, layout_parts, layouts, places
from crm.kernel.entity.custom.checking import Given, whole
from crm.kernel.entity.custom.protection import FACT, names_of_offices
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.identity.models import Role
from crm.kernel.records import writing
from crm.kernel.records.listing import load
from crm.kernel.saved import actions as saving
from crm.kernel.saved.models import SavedView

Plain = dict[str, Any]


def read_parts() -> dict[str, Plain]:
    return {one.name: {"in_use": one.on} for one in parts.parts()}


def write_part(name: str, new: Plain, old: Plain | None) -> None:
    _only(new, ("in_use",))
    parts.switch(name, new["in_use"] is True)


def read_kinds() -> dict[str, Plain]:
    """Names and rules of the workspace's own kinds, and of shipped ones where it says something of them. What is out of use
    is left out."""
    found: dict[str, Plain] = {}
    for own in CustomKind.objects.filter(retired_at=None).order_by("id"):
        found[own.code] = {
            "plural": own.plural, "labels": own.labels, "plurals": own.plurals, "icon": own.icon,
            "title_labels": own.facts.get("title_labels") or {}, "alike": bool(own.facts.get("alike")),
        } | _placed(own) | _wording(own.code, own.facts)  # fmt: skip
    for one in KindSetting.objects.order_by("kind"):
        names = {name: told for name, told in one.labels.items() if name not in ("", "s")}
        said = {"labels": one.labels.get("", {}), "plurals": one.labels.get("s", {}), "names": names}
        found[one.kind] = said | _placed(one) | _wording(one.kind, one.facts)
    return found


def _placed(row: CustomKind | KindSetting) -> Plain:
    """The place in the menu, where the workspace says it."""
    return {} if row.facts.get(places.PLACE) is None else {places.PLACE: row.facts[places.PLACE]}


def _wording(kind: str, facts: Plain) -> Plain:
    """Help and choices of fields that the kind came with, where the workspace words them otherwise; what they are for."""
    own = set(CustomField.objects.filter(kind=kind).values_list("name", flat=True))
    purposes = {name: text for name, text in (facts.get("purposes") or {}).items() if name not in own}
    said = {name: facts.get(name) for name in ("helps", "choices")} | {"purposes": purposes}
    return {name: told for name, told in said.items() if told}


def write_kind(code: str, new: Plain, old: Plain | None) -> None:
    shipped = code in registry.shipped.by_kind
    names = ("names",) if shipped else ("plural", "icon", "title_labels", "alike")
    _only(new, ("labels", "plurals", "helps", "choices", "purposes", places.PLACE, *names))
    if old is None and not shipped:
        given = {"code": code, "plural": new.get("plural"), "label": new.get("labels"), "labels": new.get("plurals") or {}}
        actions.make_kind(given | {"icon": new.get("icon") or "box"})
    elif old is not None and new.get("plural", old.get("plural")) != old.get("plural"):
        raise Wrong(fields={"plural": [_("The address of a kind stays.")]})
    given = {"label": new.get("labels"), "labels": new.get("plurals"), "icon": new.get("icon"), "title_label": new.get("title_labels")}
    given |= {"alike": new.get("alike")}
    actions.change_kind(code, {name: value for name, value in given.items() if value is not None})
    if places.PLACE in new:
        places.place_kind(code, _whole(new[places.PLACE]))
    named, helps, choices = ({**(new.get(part) or {})} for part in ("names", "helps", "choices"))
    for name in dict.fromkeys([*named, *helps, *choices]):
        before = _called(code, name)
        layouts.name_field(code, name, named.get(name, before), helps.get(name), choices.get(name))
    for name, text in {**dict.fromkeys((old or {}).get("purposes") or {}, ""), **(new.get("purposes") or {})}.items():
        layouts.explain_field(code, name, str(text))


def _called(code: str, name: str) -> Plain:
    """What a field that the kind came with is called now."""
    row = layouts.stored(code)
    return dict((row.labels.get(name) if isinstance(row, KindSetting) else row.facts.get("title_labels")) or {})


def _whole(raw: Any) -> int:
    answers = Given()
    found = whole(answers, places.PLACE, raw, 0, 10_000)
    answers.done()
    return found or 0


def read_fields() -> dict[str, Plain]:
    """{kind.name: field} of the workspace's own fields; computed ones last, for they need the others."""
    rows = CustomField.objects.filter(retired_at=None).order_by("kind", "place", "id")
    return {
        f"{one.kind}.{one.name}": {"type": one.type, "labels": one.labels, "helps": one.helps, "facts": one.facts} | _purpose(one)
        for one in sorted(rows, key=lambda one: one.type == "computed") if registry.kind(one.kind) is not None
    }  # fmt: skip


def _purpose(one: CustomField) -> Plain:
    text = (layouts.stored(one.kind).facts.get("purposes") or {}).get(one.name)
    return {"purpose": text} if text else {}


def write_field(key: str, new: Plain, old: Plain | None) -> None:
    _only(new, ("type", "labels", "helps", "facts", "purpose"))
    kind, _dot, name = key.partition(".")
    given = {**(new.get("facts") or {}), "label": new.get("labels") or {}, "help": new.get("helps") or {}}
    if old is None:
        actions.make_field(kind, {**given, "name": name, "type": new.get("type")})
    elif old["type"] != new.get("type", old["type"]):
        raise Wrong(fields={"type": [_("The type of a field stays. Make another field.")]})
    else:
        actions.change_field(kind, name, given)
    if new.get("purpose", "") != (old or {}).get("purpose", ""):
        layouts.explain_field(kind, name, str(new.get("purpose") or ""))


def read_layouts() -> dict[str, Plain]:
    """{kind: what is said of its layout, its rules and approval}; roles, offices and records by their names."""
    rows: list[tuple[str, Plain]] = [(one.code, one.facts) for one in CustomKind.objects.filter(retired_at=None)]
    rows += [(one.kind, one.facts) for one in KindSetting.objects.order_by("kind")]
    found = {kind: {name: facts[name] for name in (*layout_parts.PARTS, *_BESIDE) if name in facts} for kind, facts in rows}
    roles = {str(pk): name for pk, name in Role.objects.values_list("id", "name")}
    offices = names_of_offices() if any(told.get(FACT) for told in found.values()) else {}
    for kind, told in found.items():
        entity = registry.kind(kind)
        if told.get(FACT):
            told[FACT] = {name: _by_name(rule, offices) for name, rule in told[FACT].items()}
        if told.get("steps") and entity is not None:
            named = layout_parts.names_of_board(entity)
            told["steps"] = [{**one, "at": named.get(one["at"], one["at"])} for one in told["steps"]]
        if told.get("variants"):
            told["variants"] = [{**one, "roles": [roles[pk] for pk in one["roles"] if pk in roles]} for one in told["variants"]]
    return {kind: told for kind, told in found.items() if told}


def _by_name(rule: Plain, offices: dict[str, str]) -> Plain:
    """A rule of approval with its offices by name."""
    return {**rule, "by": [offices.get(one, one) for one in rule["by"]]} if rule.get("by") else rule


#: What stands beside the layout in its chapter.
_BESIDE = ("rules", FACT)


def write_layout(kind: str, new: Plain, old: Plain | None) -> None:
    layouts.change_layout(kind, {name: value for name, value in new.items() if name not in _BESIDE})
    beside = {name: new[name] for name in _BESIDE if name in new}
    if FACT in beside:
        beside[FACT] = {name: False if rule == {"on": False} else rule for name, rule in beside[FACT].items()}
    if beside:
        actions.change_kind(kind, beside)


def configuring() -> list[Entity[Any]]:
    """The kinds whose records are configuration, those that others point to first."""
    found = [entity for entity in registry.all() if entity.configures]
    return sorted(found, key=lambda entity: entity.parent is not None)


def _told(entity: Entity[Any]) -> dict[str, Fact]:
    """The fields of a configuring kind that a document names: not whose it is, nor many links."""
    return {
        name: one for name, one in entity.fields.items()
        if not one.readonly and name not in BASE_FIELDS and not isinstance(one, Links) and (not isinstance(one, Link) or _points(one))
    }  # fmt: skip


def _points(link: Link) -> bool:
    target = registry.of(link.target)
    return target is not None and target.configures


def _key(entity: Entity[Any], name: str, parent: str = "") -> str:
    return f"{entity.kind}: {parent} / {name}" if parent else f"{entity.kind}: {name}"


def _rows(entity: Entity[Any]) -> list[tuple[str, Any, Plain]]:
    """[(key, id, plain values)] of all records of a configuring kind."""
    fields = _told(entity)
    ids = list(entity.model._default_manager.filter(deleted_at=None).order_by("id").values_list("pk", flat=True))
    found = []
    with override("en"):
        for row in load(entity, ids, list(fields)):
            values = {name: one.to_json(row.values[name]) for name, one in fields.items()}
            values |= {name: str(row.names.get(name, "")) or None for name, one in fields.items() if isinstance(one, Link)}
            parent = str(row.names.get(entity.parent or "", "")) if entity.parent else ""
            found.append((_key(entity, str(values[entity.title]), parent), row.id, values))
    return found


def read_records() -> dict[str, Plain]:
    return {key: values for entity in configuring() for key, _pk, values in _rows(entity)}


def write_record(key: str, new: Plain, old: Plain | None) -> None:
    kind = key.partition(":")[0]
    entity = next((one for one in configuring() if one.kind == kind), None)
    if entity is None:
        raise Wrong(fields={"kind": [_("There is no record kind of this name.")]})
    fields = _told(entity)
    _only(new, tuple(fields))
    values = dict(new)
    for name, one in fields.items():
        if isinstance(one, Link) and new.get(name):
            values[name] = _linked(one, str(new[name]))
    known = {one: pk for one, pk, _values in _rows(entity)}
    if key in known:
        writing.change(entity, known[key], values)
    else:
        writing.create(entity, values)


def _linked(link: Link, name: str) -> Any:
    target = registry.of(link.target)
    assert target is not None
    found = next((pk for _called, pk, values in _rows(target) if values[target.title] == name), None)
    if found is not None:
        return found
    raise Wrong(fields={link.name: [_("There is no %(kind)s “%(name)s”.") % {"kind": target.label, "name": name}]})


def read_roles() -> dict[str, Plain]:
    return {one.name: {"description": one.description, "grants": one.grants} for one in Role.objects.order_by("id")}


def write_role(name: str, new: Plain, old: Plain | None) -> None:
    _only(new, ("description", "grants"))
    found = Role.objects.filter(name=name).first()
    save_role(found.id if found else None, name, str(new.get("description") or ""), new["grants"])


_VIEW = ("form", "columns", "filter", "sort", "group", "by", "set")


def read_views() -> dict[str, Plain]:
    """{kind: name} of the views that everybody has."""
    rows = SavedView.objects.filter(for_all=True, deleted_at=None).exclude(name="").order_by("kind", "id")
    return {f"{one.kind}: {one.name}": {name: getattr(one, name) for name in _VIEW} for one in rows}


def write_view(key: str, new: Plain, old: Plain | None) -> None:
    _only(new, _VIEW)
    kind, _colon, name = key.partition(": ")
    entity = registry.kind(kind)
    if entity is None:
        raise Wrong(fields={"kind": [_("There is no record kind of this name.")]})
    columns = new.get("columns") or []
    if not isinstance(columns, list):
        raise Wrong(fields={"columns": [_("Give a list of fields.")]})
    words = {name: str(new.get(name) or "") for name in _VIEW if name != "columns"}
    shape = saving.Shape(**words | {"form": words["form"] or "table"}, columns=[str(one) for one in columns])
    found = SavedView.objects.filter(kind=kind, name=name, for_all=True, deleted_at=None).first()
    if found is not None:
        saving.keep(entity, found.pk, shape)
    else:
        saving.save(entity, name, shape, saving.Reach(everybody=True))


def _only(given: Plain, allowed: tuple[str, ...]) -> None:
    """Refuses names that an entry does not have."""
    unknown = [name for name in given if name not in allowed]
    if unknown:
        raise Wrong(fields={name: [_("There is no such field.")] for name in unknown})
