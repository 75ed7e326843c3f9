"""The way back of what a workspace is set up by: kinds, fields, roles, parts in use. It goes by the same acts as by hand."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.administration.actions import parts
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import actions
from crm.kernel.entity.custom.words import said
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting, PartOff
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.guards import need
from crm.kernel.identity.actions.roles import delete_role, save_role
from crm.kernel.identity.models import Role
from crm.kernel.records.rows import Deed, Way, way_back
from crm.kernel.tenancy.scope import bump_schema, current_actor

_SETTINGS = "/settings/kinds"
#: What `facts` of earlier versions keep beside what people say: how things stood before.
_PASSED = frozenset({"facts.layout_before", "facts.fields_before", "facts.menu_before"})
_NESTED = frozenset({"labels", "facts", "facts.helps", "facts.choices", "facts.shown", "facts.approval", "facts.purposes"})
_LABELS = {
    "labels": gettext_lazy("Name"), "plurals": gettext_lazy("Names"), "icon": gettext_lazy("Icon"), "helps": gettext_lazy("Help"),
    "retired_at": gettext_lazy("Retired"), "place": gettext_lazy("Order"), "name": gettext_lazy("Name"), "code": gettext_lazy("Code"),
    "description": gettext_lazy("Description"), "grants": gettext_lazy("Rights"), "type": gettext_lazy("Type"),
    "facts.columns": gettext_lazy("Columns"), "facts.form": gettext_lazy("Form and record page"), "facts.rules": gettext_lazy("Rules"),
    "facts.board": gettext_lazy("Board"), "facts.card": gettext_lazy("On the card"), "facts.calendar": gettext_lazy("Calendar"),
    "facts.highlights": gettext_lazy("Highlights"), "facts.options": gettext_lazy("Options"), "facts.formula": gettext_lazy("Formula"),
    "facts.variants": gettext_lazy("Layouts"), "facts.required": gettext_lazy("Needed"), "facts.steps": gettext_lazy("Needed at a column"),
    "facts.menu_order": gettext_lazy("Place in the menu"), "facts.title_labels": gettext_lazy("Name of the first field"),
    "facts.purposes": gettext_lazy("What for"),
    "facts.approval": gettext_lazy("Approval"),
}  # fmt: skip


class _Settings(Way):
    """`right` is what it takes."""

    right = actions.RIGHT

    def refused(self, deed: Deed, row: Any) -> str:
        return "" if current_actor().may(self.right) else _("You may not change these settings any more.")

    def label(self, path: str) -> str:
        """As the screens call it; of a field by its name there."""
        column, _dot, rest = path.partition(".")
        found = _LABELS.get(path) or _LABELS.get(path.rpartition(".")[0])
        if found is None:
            return f"{_LABELS.get(column, column)}: {rest}" if rest else str(_LABELS.get(column, column))
        return str(found) if path in _LABELS else f"{found}: {path.rpartition('.')[2]}"

    def shown(self, path: str, value: Any) -> str:
        if isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values()):
            return str(said(value))
        if isinstance(value, list | Mapping):
            many = len(value)
            return ngettext("%(count)s entry", "%(count)s entries", many) % {"count": many}
        return super().shown(path, value)


class KindsBack(_Settings):
    """Kinds of the workspace's own, and what it says of those that came with Kith. One that was made is retired: its records stay."""

    def __init__(self, model: type[CustomKind] | type[KindSetting], name: str, told: tuple[str, ...]) -> None:
        self.model, self.name, self.told = model, name, told
        self.nested, self.passed = (_NESTED if model is KindSetting else _NESTED - {"labels"}), _PASSED
        self.whole = model is CustomKind

    def row(self, deed: Deed) -> Any:
        one = super().row(deed)
        return None if deed.made and isinstance(one, CustomKind) and one.retired_at is not None else one

    def title(self, deed: Deed, row: Any) -> str:
        if isinstance(row, CustomKind):
            return str(said(row.labels) or row.code)
        entity = registry.kind(row.kind) if row is not None else None
        return str(entity.label) if entity is not None else _("Record kind")

    def url(self, row: Any) -> str:
        return f"{_SETTINGS}/{row.code if isinstance(row, CustomKind) else row.kind}"

    def remove(self, row: Any, deed: Deed) -> None:
        actions.retire_kind(row.code)

    def restore(self, deed: Deed, values: Mapping[str, Any]) -> None:
        raise Wrong(_("It is not there any more."))

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        self._set(row, values)

    def _set(self, row: CustomKind | KindSetting, values: Mapping[str, Any]) -> None:
        need(self.right)
        bump_schema()
        alike = bool(row.facts.get("alike"))
        for path, value in values.items():
            column, *keys = path.split(".", path.count(".") if path.startswith("facts") else 1)
            if keys:
                setattr(row, column, _put(getattr(row, column), keys, value))
            else:
                setattr(row, column, {} if value is None and column in ("labels", "plurals") else value)
        actions.kept(row)
        if isinstance(row, CustomKind) and bool(row.facts.get("alike")) != alike:
            registry.compared_anew(row.code)


def _put(held: Mapping[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    """The same with one value within as it shall be; None takes it out."""
    name, *rest = keys
    made = _put(held.get(name) or {}, rest, value) if rest else value
    return {key: one for key, one in {**held, name: made}.items() if key != name or one is not None and not (rest and one == {})}


class FieldsBack(_Settings):
    """Fields of the workspace's own. One that was made is retired: its values stay."""

    model = CustomField
    name = "field"
    told = ("labels", "helps", "facts", "place", "retired_at")
    nested = frozenset({"facts"})

    def row(self, deed: Deed) -> Any:
        one = super().row(deed)
        return None if one is None or (deed.made and one.retired_at is not None) else one

    def title(self, deed: Deed, row: Any) -> str:
        if row is None:
            return _("Field")
        entity = registry.kind(row.kind)
        return f"{entity.label if entity is not None else row.kind} · {said(row.labels) or row.name}"

    def url(self, row: Any) -> str:
        return f"{_SETTINGS}/{row.kind}"

    def remove(self, row: Any, deed: Deed) -> None:
        actions.retire_field(row.kind, row.name)

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        given = {name.removeprefix("facts."): value for name, value in values.items() if name.startswith("facts.")}
        given |= {to: values[column] or {} for column, to in (("labels", "label"), ("helps", "help")) if column in values}
        if "place" in values:
            given["place"] = values["place"] or 0
        if given:
            actions.change_field(row.kind, row.name, given)
        if "retired_at" in values:
            actions.retire_field(row.kind, row.name, back=values["retired_at"] is None)


class RolesBack(_Settings):
    model = Role
    name = "role"
    told = ("name", "description", "grants")
    right = "administration.roles"

    def title(self, deed: Deed, row: Any) -> str:
        held = row.name if row is not None else (deed.changes.get("name") or [""])[-1]
        return _("Role “%(name)s”") % {"name": held or _("removed since")}

    def url(self, row: Any) -> str:
        return f"/settings/roles/{row.pk}"

    def remove(self, row: Any, deed: Deed) -> None:
        delete_role(row.pk)

    def restore(self, deed: Deed, values: Mapping[str, Any]) -> None:
        save_role(None, str(values.get("name", "")), str(values.get("description", "")), values.get("grants") or {})

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        facts = {**{name: getattr(row, name) for name in self.told}, **values}
        save_role(row.pk, facts["name"] or "", facts["description"] or "", facts["grants"] or {})


class PartsBack(_Settings):
    """A row says that a part is switched off."""

    model = PartOff
    name = "part"
    told = ("part",)
    right = parts.RIGHT

    def row(self, deed: Deed) -> Any:
        named = next((side for side in deed.changes.get("part", ()) if side), "")
        return PartOff.objects.filter(part=named).first()

    def title(self, deed: Deed, row: Any) -> str:
        named = next((side for side in deed.changes.get("part", ()) if side), "")
        return next((str(one.label) for one in parts.parts() if one.name == named), named)

    def url(self, row: Any) -> str:
        return "/settings/parts"

    def remove(self, row: Any, deed: Deed) -> None:
        parts.switch(row.part, True)

    def restore(self, deed: Deed, values: Mapping[str, Any]) -> None:
        parts.switch(str(values["part"]), False)


way_back(KindsBack(CustomKind, "kind", ("labels", "plurals", "icon", "facts", "retired_at")))
way_back(KindsBack(KindSetting, "kind_setting", ("labels", "facts")))
way_back(FieldsBack())
way_back(RolesBack())
way_back(PartsBack())
