"""The rules across fields of a kind: each is a formula that has to hold, and the sentence that is said where it does not."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views.kind_words import languages, names_in
from crm.administration.views.kinds import HOME, RIGHT
from crm.administration.views.page import need, section
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.entity.custom.formula import FUNCTIONS
from crm.kernel.entity.custom.words import said
from crm.kernel.entity.custom.worked import calculable
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import toasts
from crm.kernel.records.undo import note


def _stated(kind: str) -> list[dict[str, Any]]:
    return list(layouts.stored(kind).facts.get("rules") or ())


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, kind: str) -> HttpResponseBase:
    """GET shows them; POST formula, field, message.<language> adds one."""
    need(RIGHT)
    entity, refusal = kind_of(kind), None
    if request.method == "POST":
        one: dict[str, Any] = {name: request.POST.get(name, "") for name in ("formula", "field")}
        one["messages"] = names_in(request.POST, "message")
        try:
            actions.change_kind(kind, {"rules": [*_stated(kind), one]})
            return toasts.later(redirect(f"{HOME}/{kind}/rules"), _("The rule holds from now on."), _act(entity))
        except Wrong as refused:
            refusal = refused
    usable = [one for one in entity.fields.values() if calculable(one)]
    lines = [(one, said(one["messages"]), entity.fields.get(one["field"])) for one in _stated(kind)]
    words = {"entity": entity, "tab": "rules", "lines": lines, "usable": usable, "functions": FUNCTIONS, "languages": languages()}
    return section(request, "kinds", template="kind_rules", refusal=refusal, **words)


@require_POST
def drop(request: HttpRequest, kind: str, number: int) -> HttpResponseBase:
    """Takes away the rule at that place, where it is still the one that was seen (POST formula)."""
    need(RIGHT)
    entity = kind_of(kind)
    stated = _stated(kind)
    if number < len(stated) and stated[number]["formula"] == request.POST.get("formula"):
        del stated[number]
        actions.change_kind(kind, {"rules": stated})
    return toasts.later(redirect(f"{HOME}/{kind}/rules"), _("The rule is gone."), _act(entity))


def _act(entity: Entity[Any]) -> UUID:
    return note(_("%(kinds)s: rules changed") % {"kinds": entity.labels}, 1).pk
