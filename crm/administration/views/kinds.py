"""The record kinds of a workspace: all of them, new ones, their names, and taking one out of use."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.administration.views.kind_words import languages, names_in
from crm.administration.views.page import need, section
from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import actions, layouts, places
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.entity.custom.checking import code_of
from crm.kernel.entity.custom.words import said
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.pages import filters, lists, toasts
from crm.kernel.pages.navigation import GROUPS
from crm.kernel.records.undo import note
from crm.kernel.tenancy.scope import current_actor

RIGHT = actions.RIGHT
HOME = "/settings/kinds"


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind in the list; `records` in words, "" where the actor may see none."""

    entity: Entity[Any]
    fields: int
    own_fields: int
    records: str


def _lines() -> list[KindLine]:
    actor = current_actor()
    reading = Reading.of(actor)
    many: dict[str, int] = {}
    for kind in CustomField.objects.filter(retired_at=None).values_list("kind", flat=True):
        many[kind] = many.get(kind, 0) + 1
    found = []
    for entity in registry.all():
        fields = sum(1 for one in entity.fields.values() if not one.part_of)
        seen = policy_for(entity).may(actor, "view")
        records = lists.total(entity, filters.Filter(), reading) if seen else ""
        found.append(KindLine(entity, fields, many.get(entity.kind, 0), records))
    return found


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """All kinds: the workspace's own first, then those that Kith brings, what was retired, and their order in the menu."""
    need(RIGHT)
    return _page(request)


def _page(request: HttpRequest) -> HttpResponse:
    lines = _lines()
    retired = [(one, said(one.labels | one.plurals)) for one in CustomKind.objects.exclude(retired_at=None).order_by("id")]
    own = [line for line in lines if line.entity.own]
    shipped = sorted((line for line in lines if not line.entity.own), key=lambda line: (line.entity.menu is None, line.entity.menu_order))
    groups = places.in_menu()
    menu = [(label, [kind_of(kind) for kind in groups[group]]) for group, label in GROUPS.items() if len(groups.get(group, ())) > 1]
    return section(request, "kinds", own=own, shipped=shipped, retired=retired, in_menu=menu)


@require_POST
def order(request: HttpRequest) -> HttpResponseBase:
    """POST order: the kinds of the menu as they shall stand, for everybody. Answers the page, whose menu takes the place of this one."""
    need(RIGHT)
    places.order_menu(request.POST.getlist("order"))
    return toasts.toast(_page(request), _("Order saved."), note(_("Order of the menu"), 1).pk)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """The dialog for a new kind, and making it."""
    need(RIGHT)
    if request.method != "POST":
        return _dialog(request) if request.headers.get("HX-Request") == "true" else redirect(HOME)
    sent = request.POST
    given = {
        "label": names_in(sent, "label"), "labels": names_in(sent, "labels"), "icon": sent.get("icon") or "box",
        "code": sent.get("code", ""), "plural": sent.get("plural", ""),
    }  # fmt: skip
    try:
        made = actions.make_kind(given)
    except Wrong as refusal:
        return _dialog(request, refusal)
    note(_("Record kind “%(kind)s” made") % {"kind": said(made.labels)}, 1)
    answer = HttpResponse(status=204, headers={"HX-Redirect": f"{HOME}/{made.code}"})
    return toasts.later(answer, _("%(kind)s is there. Now give it fields.") % {"kind": said(made.labels)})


def _dialog(request: HttpRequest, refusal: Wrong | None = None) -> HttpResponse:
    sent = request.POST
    words = {
        "languages": languages(), "icons_all": actions.ICONS, "sent": sent, "refusal": refusal, "icon_now": sent.get("icon") or "box",
        "wrong": refusal.fields if refusal is not None else {}, "code": sent.get("code", ""), "plural": sent.get("plural", ""),
    }  # fmt: skip
    return render(request, "administration/kind_new.jinja", words, status=422 if refusal is not None else 200)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Code and address for the names typed so far; what somebody wrote there himself stays."""
    need(RIGHT)
    sent = request.GET
    labels = {code: text for code, text in names_in(sent, "label").items() if text.strip()}
    plurals = {code: text for code, text in names_in(sent, "labels").items() if text.strip()}
    code = code_of(labels) if labels else ""
    plural = code_of({"en": plurals["en"]}) if "en" in plurals else f"{code}s" if "en" in labels else code
    words = {
        "code": _kept(sent.get("code"), sent.get("code_was"), code), "code_was": code,
        "plural": _kept(sent.get("plural"), sent.get("plural_was"), plural), "plural_was": plural,
        "wrong": {}, "of_field": "of_field" in sent,
    }  # fmt: skip
    return render(request, "administration/kind_codes.jinja", words)


def _kept(typed: str | None, before: str | None, now: str) -> str:
    return typed if typed and typed != before else now


@require_http_methods(["GET", "HEAD", "POST"])
def names(request: HttpRequest, kind: str) -> HttpResponseBase:
    """How the kind is called, and its icon."""
    need(RIGHT)
    entity = kind_of(kind)
    row = layouts.stored(kind)
    refusal: Wrong | None = None
    if request.method == "POST":
        sent = request.POST
        label, plural, title = _stored_names(row)
        given: dict[str, Any] = {"label": names_in(sent, "label", label), "labels": names_in(sent, "labels", plural)}
        if isinstance(row, CustomKind):
            given |= {"title_label": names_in(sent, "title", title), "icon": sent.get("icon", row.icon), "alike": "alike" in sent}
        try:
            actions.change_kind(kind, given)
            act = note(_("%(kinds)s: names changed") % {"kinds": entity.labels}, 1)
            return toasts.later(redirect(f"{HOME}/{kind}/names"), _("The names are saved."), act.pk)
        except Wrong as refused:
            refusal = refused
    label, plural, title = _stored_names(row)
    words = {"entity": entity, "row": row, "label": label, "plural": plural, "title": title, "icons": actions.ICONS, "tab": "names"}
    return section(request, "kinds", template="kind_names", languages=languages(), shipped=_shipped(entity), refusal=refusal, **words)


def _stored_names(row: CustomKind | KindSetting) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    if isinstance(row, CustomKind):
        return row.labels, row.plurals, row.facts.get("title_labels") or {}
    return row.labels.get("", {}), row.labels.get("s", {}), {}


def _shipped(entity: Entity[Any]) -> dict[str, dict[str, str]]:
    """{"label" or "labels": {language: how Kith calls it}}, shown where nothing is typed."""
    came = registry.shipped.by_kind.get(entity.kind)
    if came is None:
        return {}
    return {"label": layouts.in_languages(came.label), "labels": layouts.in_languages(came.labels)}


@require_POST
def retire(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Out of use; the toast brings it back."""
    need(RIGHT)
    made = actions.retire_kind(kind)
    text = _("%(kind)s is retired. Its records and fields stay as they are.") % {"kind": said(made.labels | made.plurals)}
    return toasts.later(redirect(HOME), text, note(text, 1).pk)


@require_POST
def back(request: HttpRequest, kind: str) -> HttpResponseBase:
    """In use again, as it was."""
    need(RIGHT)
    made = actions.retire_kind(kind, back=True)
    text = _("%(kind)s is in use again.") % {"kind": said(made.labels | made.plurals)}
    return toasts.later(redirect(HOME), text, note(text, 1).pk)
