"""Which fields of a kind are changed only with approval once their value is verified, by whom, and how long that waits."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.administration.views.kinds import HOME, RIGHT
from crm.administration.views.page import need, section
from crm.kernel.approval.words import office
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import actions
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.entity.custom.protection import ADMINISTRATORS, CUSTOMER, FACT, MOST_OFFICES, Rule, protectable, rule_of
from crm.kernel.entity.entity import Entity
from crm.kernel.identity import role_words
from crm.kernel.identity.models import Role, Team, User
from crm.kernel.pages import toasts
from crm.kernel.records.undo import note

#: So many people can be chosen from; more are named by the API.
MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One protected field and its rule in words."""

    name: str
    label: Any
    rule: Rule
    offices: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, kind: str) -> HttpResponseBase:
    """GET shows the rules, with `?field=` the form of one; POST field and its rule sets it, act=drop takes it away."""
    need(RIGHT)
    entity, refusal = kind_of(kind), None
    if request.method == "POST":
        name = request.POST.get("field", "")
        told: Any = False if request.POST.get("act") == "drop" else _given(request.POST)
        try:
            actions.change_kind(kind, {FACT: {name: told}})
            act = note(_("%(kinds)s: approval changed") % {"kinds": entity.labels}, 1)
            return toasts.later(redirect(f"{HOME}/{kind}/approval"), _("The rule holds from now on."), act.pk)
        except Wrong as refused:
            refusal = refused
    words = {"entity": entity, "tab": "approval", "lines": _lines(entity), "one": _one(entity, request), "offices": _offices()}
    return section(request, "kinds", template="kind_approval", refusal=refusal, most=range(MOST_OFFICES), **words)


def _lines(entity: Entity[Any]) -> list[Line]:
    found = []
    for name in entity.protected:
        rule = rule_of(entity.fields[name])
        if rule is not None:
            offices = [office(one, inside=number > 0) for number, one in enumerate(rule.by)]
            found.append(Line(name, entity.fields[name].label, rule, offices))
    return found


def _one(entity: Entity[Any], request: HttpRequest) -> dict[str, Any]:
    """What the form holds: of the field in the address, or what was just sent."""
    fields = protectable(entity)
    chosen = (request.POST if request.method == "POST" else request.GET).get("field", "")
    field = next((one for one in fields if one.name == chosen), None)
    rule = (rule_of(field) if field is not None else None) or Rule()
    told = _given(request.POST) if request.method == "POST" else rule.plain()
    free = [one for one in fields if one.name not in entity.protected or one.name == chosen]
    return {"field": field, "fields": free, "rule": told}


def _given(sent: QueryDict) -> dict[str, Any]:
    return {
        "by": [one for one in sent.getlist("by") if one],
        "in_order": sent.get("in_order") == "on",
        "days": sent.get("days", ""),
        "remind": sent.get("remind", ""),
        "override": "override" in sent,
    }


def _offices() -> list[tuple[str, list[tuple[str, str]]]]:
    """[(heading, [(office, its name)])] to choose from."""
    people = User.objects.filter(is_active=True).order_by("name", "id").values_list("pk", "name")[:MOST_PEOPLE]
    return [
        ("", [(CUSTOMER, office(CUSTOMER)), (ADMINISTRATORS, office(ADMINISTRATORS))]),
        (_("Roles"), [(f"role:{one.pk}", role_words.name_of(one)) for one in Role.objects.order_by("name", "id")]),
        (_("Teams"), [(f"team:{one.pk}", one.name) for one in Team.objects.order_by("path")]),
        (_("People"), [(f"person:{pk}", name) for pk, name in people]),
    ]
