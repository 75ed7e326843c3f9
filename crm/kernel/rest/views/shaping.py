"""Making kinds and fields without code; `/api/v1/{kind}` answers for them at once."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.custom.protection import rule_of
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation

_ABOUT: dict[str, Any] = {"scope": "write", "needs": actions.RIGHT, "tag": "kinds"}


@operation(_("Make a record kind"), name="make_kind", body="kind", answer="own_kind", success=201, **_ABOUT)
def make_kind(call: Call) -> HttpResponse:
    """Makes a kind; its list, form, board, filter, import, export and API are there with the answer."""
    made = actions.make_kind(read_object(call.request))
    return render.answer(_kind(made), 201, {"Location": f"/api/v1/{made.plural}"})


@operation(_("Rename a record kind"), name="change_kind", body="kind_change", answer="own_kind", **_ABOUT)
def change_kind(call: Call, kind: str) -> HttpResponse:
    """Other names, in each language, of the workspace's own kinds and of shipped ones; rules; `approval` of changes of verified values."""
    return render.answer(_kind(actions.change_kind(kind, read_object(call.request))))


@operation(_("Take a record kind out of use"), name="retire_kind", success=204, **_ABOUT)
def retire_kind(call: Call, kind: str) -> HttpResponse:
    """Hides a kind of the workspace's own with its records. Nothing is lost."""
    actions.retire_kind(kind)
    return HttpResponse(status=204)


@operation(_("Bring a record kind back"), name="bring_kind_back", answer="own_kind", **_ABOUT)
def bring_kind_back(call: Call, kind: str) -> HttpResponse:
    """The kind with all its fields and records."""
    return render.answer(_kind(actions.retire_kind(kind, back=True)))


@operation(_("Fields of the workspace's own"), name="own_fields", answer="own_fields", **_ABOUT)
def own_fields(call: Call, kind: str) -> HttpResponse:
    """The fields that the workspace made for a kind, retired ones too, in their order."""
    actions.kind_of(kind)
    return render.page(map(_field, CustomField.objects.filter(kind=kind).order_by("place", "id")))


@operation(_("Make a field"), name="make_field", body="own_field", answer="own_field", success=201, **_ABOUT)
def make_field(call: Call, kind: str) -> HttpResponse:
    """Makes a field of any type for any kind; it is in list, form, filter, import, export and API with the answer."""
    return render.answer(_field(actions.make_field(kind, read_object(call.request))), 201)


@operation(_("Change a field"), name="change_field", body="own_field_change", answer="own_field", **_ABOUT)
def change_field(call: Call, kind: str, field: str) -> HttpResponse:
    """Another label, help, list of options, bounds or formula. Name and type stay."""
    return render.answer(_field(actions.change_field(kind, field, read_object(call.request))))


@operation(_("Take a field out of use"), name="retire_field", success=204, **_ABOUT)
def retire_field(call: Call, kind: str, field: str) -> HttpResponse:
    """Hides a field; its values stay."""
    actions.retire_field(kind, field)
    return HttpResponse(status=204)


@operation(_("Bring a field back"), name="bring_field_back", answer="own_field", **_ABOUT)
def bring_field_back(call: Call, kind: str, field: str) -> HttpResponse:
    """The field with all its values."""
    return render.answer(_field(actions.retire_field(kind, field, back=True)))


@operation(_("Layout of a kind"), name="kind_layout", answer="layout", **_ABOUT)
def kind_layout(call: Call, kind: str) -> HttpResponse:
    """Sections, columns, head, tabs and panels, board, what must be filled and what is shown when, as they are now, whoever said so."""
    return render.answer(layouts.layout_of(actions.kind_of(kind)))


@operation(_("Change a layout"), name="change_layout", body="layout_change", answer="layout", **_ABOUT)
def change_layout(call: Call, kind: str) -> HttpResponse:
    """Sets the parts of the layout that are sent; null for a part takes back what was said of it. Roles by id or name, columns of the
    board by value, or by id or name where they are records."""
    layouts.change_layout(kind, read_object(call.request))
    return render.answer(layouts.layout_of(actions.kind_of(kind)))


def _kind(one: CustomKind | KindSetting) -> dict[str, Any]:
    if isinstance(one, KindSetting):
        entity = registry.shipped.by_kind[one.kind]
        told = (one.kind, entity.plural, one.labels.get("", {}), one.labels.get("s", {}), entity.icon, False)
    else:
        told = (one.code, one.plural, one.labels, one.plurals, one.icon, one.retired_at is not None)
    kind, plural, labels, plurals, icon, retired = told
    return {
        "kind": kind,
        "plural": plural,
        "labels": labels,
        "plurals": plurals,
        "icon": icon,
        "own": isinstance(one, CustomKind),
        "retired": retired,
        "url": f"/api/v1/{plural}",
        "approval": approval_of(kind),
    }


def approval_of(kind: str) -> dict[str, Any]:
    """{field: the rule by which its verified value is changed}."""
    entity = registry.kind(kind)
    rules = {name: rule_of(entity.fields[name]) for name in entity.protected} if entity is not None else {}
    return {name: rule.plain() for name, rule in rules.items() if rule is not None}


def _field(one: CustomField) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "type": one.type,
        "labels": one.labels,
        "helps": one.helps,
        "facts": one.facts,
        "place": one.place,
        "retired": one.retired_at is not None,
    }
