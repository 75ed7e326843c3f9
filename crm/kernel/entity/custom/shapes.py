"""The record kinds of a workspace: the shipped ones as it shaped them, and its own.

A field made in the interface is the same field class as a declared one. The model of its kind gets a subclass for the
workspace (a proxy in Django's words, outside the app registry) which knows the spare column by the field's name, so that filters,
lists, imports and all else meet a model with one column more. Kinds are kept by the schema version, which every request's
first statement reads: no process is restarted, and none is stale.
"""

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection, models
from django.db.models.base import ModelBase
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import protection
from crm.kernel.entity.custom.laid import lay, variants_of
from crm.kernel.entity.custom.rules import rules_of
from crm.kernel.entity.custom.types import TYPES, Making
from crm.kernel.entity.custom.words import said
from crm.kernel.entity.custom.worked import ByFormula
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields.fact import Fact, Label, ModelClass
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting, PartOff
from crm.kernel.entity.registry import Kinds, registry
from crm.kernel.tenancy import parts, scope
from crm.kernel.tenancy.parts import part_of

logger = logging.getLogger("kith.kinds")
_KNOWN: dict[tuple[UUID, int], Kinds | None] = {}
#: A workspace's kinds take some 100 kB.
_MOST = 400

#: What `facts` of a kind may set of its entity.
SETTABLE = (
    "columns", "quick", "highlights", "board", "board_sum", "card", "calendar", "done", "sort", "menu", "menu_order", "related", "hint",
)  # fmt: skip
#: Those of them that name fields: several, and one.
_FIELDS, _FIELD = frozenset({"columns", "quick", "highlights", "card", "calendar", "hint"}), frozenset({"board", "board_sum", "done"})


def ambient_kinds() -> Kinds | None:
    """The kinds of the ambient workspace; None where it changed nothing of the shipped ones."""
    found = scope.ambient()
    if found is None or not connection.kith_versions[0]:  # type: ignore[attr-defined]
        return None
    key = (found.workspace_id, connection.kith_versions[0])  # type: ignore[attr-defined]
    if key not in _KNOWN:
        if len(_KNOWN) >= _MOST:
            for oldest in list(islice(_KNOWN, _MOST // 4)):
                _KNOWN.pop(oldest, None)
        _KNOWN[key] = load()
    return _KNOWN.get(key)


def token() -> Hashable:
    """The same for all whose kinds are the same: what is kept of statements is kept by it."""
    kinds = ambient_kinds()
    return None if kinds is None else kinds.number


def load() -> Kinds | None:
    """Reads what the workspace declared, and puts its kinds together."""
    kinds = list(CustomKind.objects.filter(retired_at=None).order_by("id"))
    fields = list(CustomField.objects.filter(retired_at=None).order_by("place", "id"))
    settings = {one.kind: one for one in KindSetting.objects.all()}
    off = frozenset(PartOff.objects.values_list("part", flat=True))
    if not (kinds or fields or settings or off):
        return None
    return Kinds([one for one in _Builder(kinds, fields, settings).made() if part_of(type(one).__module__) not in off], off)


def parts_off() -> frozenset[str]:
    """The parts that the ambient workspace does not use."""
    kinds = ambient_kinds()
    return kinds.off if kinds is not None else frozenset()


def proxy(base: ModelClass, name: str = "", **attributes: Any) -> ModelClass:
    """A subclass of a model without columns of its own yet, which no other model knows of."""
    meta = type("Meta", (), {"proxy": True, "app_label": base._meta.app_label, "apps": Apps()})
    made: ModelClass = ModelBase(name or base.__name__, (base,), {"__module__": base.__module__, "Meta": meta, **attributes})  # type: ignore[assignment]
    return made


def of_kind(code: str) -> Any:
    """The manager of a workspace's own kind: all of them share a table."""

    class OfKind(models.Manager[Any]):
        def get_queryset(self) -> Any:
            return super().get_queryset().filter(kind=code)

    return OfKind()


def own_model(code: str) -> ModelClass:
    """The model of a workspace's own kind."""
    base = registry.base_of_own
    if base is None:
        raise RuntimeError("no table for the workspace's own kinds was named")
    return proxy(base, f"Own_{code}", objects=of_kind(code))


class _Builder:
    def __init__(self, kinds: Iterable[CustomKind], fields: Iterable[CustomField], settings: Mapping[str, KindSetting]) -> None:
        shipped = registry.shipped.by_kind
        self.own = {one.code: one for one in kinds if one.code not in shipped}
        self.fields: dict[str, list[CustomField]] = {}
        for one in fields:
            self.fields.setdefault(one.kind, []).append(one)
        self.settings = settings
        self.models: dict[str, ModelClass] = {}
        for kind, entity in shipped.items():
            self.models[kind] = proxy(entity.model) if kind in self.fields else entity.model
        for code in self.own:
            self.models[code] = own_model(code)

    def made(self) -> list[Entity[Any]]:
        found: list[Entity[Any]] = []
        for kind, entity in registry.shipped.by_kind.items():
            found.append(self._shaped(entity) if kind in self.fields or kind in self.settings else entity)
        found += [self._made(kind) for kind in self.own.values()]
        return found

    def _shaped(self, entity: Entity[Any]) -> Entity[Any]:
        shaped = entity.copied(self.models[entity.kind])
        names = self._add_fields(shaped)
        setting = self.settings.get(entity.kind)
        labels, facts = (setting.labels, setting.facts) if setting is not None else ({}, {})
        shaped.label, shaped.labels = said(labels.get("", {}), entity.label), said(labels.get("s", {}), entity.labels)
        _set_facts(shaped, facts)
        shaped.rules = (*entity.rules, *rules_of(facts))
        if not facts.get("form") and names and shaped.form:
            shaped.form = {**shaped.form, _MORE: names}
        shaped.changes = _changes(entity, {name: told for name, told in labels.items() if name in entity.fields}, facts)
        shaped.duplicates = (*entity.duplicates, *registry.duplicates_of_own(shaped, False, self._marked(shaped)))
        shaped._fields = None  # they are looked at once more, with the changes
        shaped.variants = variants_of(shaped, facts, lambda said_of: otherwise(shaped, facts, said_of), said)
        return self._bound(shaped)

    def _marked(self, entity: Entity[Any]) -> list[str]:
        """The fields of which the workspace says that they tell who somebody is."""
        return [one.name for one in self.fields.get(entity.kind, ()) if one.facts.get("alike") and one.name in entity.fields]

    def _made(self, kind: CustomKind) -> Entity[Any]:
        made: Entity[Any] = type(f"Own{kind.code.title()}", (Entity,), {"__module__": __name__})()
        made.kind, made.plural, made.icon, made.own = kind.code, kind.plural, kind.icon, True
        made.label, made.labels = said(kind.labels) or kind.code, said(kind.labels | kind.plurals) or kind.plural
        made.model, made.fixed = self.models[kind.code], {"kind": kind.code}
        made.menu = "customers"
        names = self._add_fields(made)
        made.columns = ["name", *names[:6], "owner"]
        made.form = {made.label: ["name", *names, "owner", "team"]}
        _set_facts(made, kind.facts)
        made.rules = rules_of(kind.facts)
        made.changes = _changes(made, {"name": kind.facts.get("title_labels") or {}}, kind.facts)
        made._fields = None  # they are looked at once more, with the changes
        made.variants = variants_of(made, kind.facts, lambda said_of: otherwise(made, kind.facts, said_of), said)
        made.duplicates = registry.duplicates_of_own(made, bool(kind.facts.get("alike")), self._marked(made))
        return self._bound(made)

    def _bound(self, entity: Entity[Any]) -> Entity[Any]:
        for field in entity.fields.values():
            if isinstance(field, ByFormula):
                field.bind(entity.fields)
        return entity

    def _add_fields(self, entity: Entity[Any]) -> list[str]:
        added = []
        for one in self.fields.get(entity.kind, ()):
            try:
                made = fact_of(one, self._target)
            except Wrong as refusal:
                logger.warning("the field %s.%s cannot be made: %s", one.kind, one.name, refusal)
                continue
            if made is not None:
                add(entity.model, one.name, made, one.slots)
                added.append(one.name)
        return added

    def _target(self, said_of: str) -> ModelClass | None:
        return target_of(said_of, self.models.get)


#: The section of a shipped kind's form where fields of the workspace's own stand.
_MORE: Label = _("Further facts")


def target_of(name: str, model_of: Callable[[str], ModelClass | None]) -> ModelClass | None:
    """The model that the target of a link means."""
    labels = {"person": "identity.User", "team": "identity.Team", "record": "records.RecordRow"}
    return apps.get_model(labels[name]) if name in labels else model_of(name)


def fact_of(one: CustomField, target: Callable[[str], ModelClass | None]) -> Fact | None:
    """The field that a declaration means; None where the kind it points to is gone."""
    facts = one.facts
    common: dict[str, Any] = {"help": said(one.helps), "required": bool(facts.get("required"))}
    if facts.get("search"):
        common["search"] = "C"
    if facts.get("unique"):
        common["unique_value"] = True
    if facts.get("default") is not None and one.type in ("choice", "text", "integer", "yes_no"):
        common["default"] = facts["default"]
    return TYPES[one.type].made(Making(said(one.labels) or one.name, {**facts, "worked": one.worked}, common, target))


def add(model: ModelClass, name: str, fact: Fact, slots: Mapping[str, str]) -> None:
    """Gives a workspace's model a field whose columns are the spare ones that `slots` says."""
    before = set(model._meta.local_fields)
    fact.contribute_to_class(model, name)  # type: ignore[attr-defined]
    for column in model._meta.local_fields:
        if column not in before and column.attname in slots:
            column.db_column = column.column = slots[column.attname]
    model._meta._expire_cache()  # type: ignore[attr-defined]


def _set_facts(entity: Entity[Any], facts: Mapping[str, Any]) -> None:
    """What a workspace says of the kind as a whole. Fields that it names and that were retired since are passed over."""
    known = set(entity.fields)
    entity._fields = None
    for name in SETTABLE:
        value = facts.get(name)
        if name in _FIELDS and isinstance(value, list):
            value = [one for one in value if one in known]
        elif name in _FIELD and value and value not in known:
            value = ""
        if value is not None:
            setattr(entity, name, value)
    if facts.get("form"):
        placed = {said(one.get("labels") or {}) or entity.label: [name for name in one["fields"] if name in known] for one in facts["form"]}
        entity.form = {label: names for label, names in placed.items() if names} or entity.form
    lay(entity, facts)


def otherwise(entity: Entity[Any], facts: Mapping[str, Any], said_of: Mapping[str, Any]) -> Entity[Any]:
    """The kind with other facts of its layout than `facts`, which it has."""
    whole, other = {**facts, **said_of}, entity.copied(entity.model)
    needed = whole.get("required") or ()
    kept = {name: {fact: value for fact, value in one.items() if fact != "required"} for name, one in entity.changes.items()}
    other.changes = kept | {name: {**kept.get(name, {}), "required": True} for name in needed}
    other.variants = ()
    _set_facts(other, whole)
    return other


def _changes(entity: Entity[Any], labels: Mapping[str, Mapping[str, str]], facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """{field: {fact: value}} of what a workspace says otherwise of a declared field."""
    found: dict[str, dict[str, Any]] = {name: {"label": said(told, entity.fields[name].label)} for name, told in labels.items() if told}
    for name, told in (facts.get("helps") or {}).items():
        if name in entity.fields:
            found.setdefault(name, {})["help"] = said(told, entity.fields[name].help)
    for name, named in (facts.get("choices") or {}).items():
        if name in entity.fields:
            options = [(value, said(named.get(str(value)) or {}, label)) for value, label in entity.fields[name].choices_list]
            found.setdefault(name, {})["options"] = options
    for name in facts.get("required") or ():
        found.setdefault(name, {})["required"] = True
    for name, told in protection.changed_facts(facts).items():
        found.setdefault(name, {})["protected"] = told
    return found


registry.shaped = ambient_kinds
scope.tell_shapes(token)
parts.tell_off(parts_off)
