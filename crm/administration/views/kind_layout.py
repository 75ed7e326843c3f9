"""The layout of a kind: sections of its form, columns, head, tabs and panels, board, calendar, what must be filled and what is shown when;
for everybody, and its variants for some roles or some records."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views.field_types import icon_of
from crm.administration.views.kind_words import has_layout, languages, names_in
from crm.administration.views.kinds import HOME, RIGHT
from crm.administration.views.page import need, section
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.custom import layout_parts, layouts
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.entity.custom.laid import VARIED
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.identity import role_words
from crm.kernel.identity.models import Role
from crm.kernel.pages import panels, toasts
from crm.kernel.pages.laid import arranged
from crm.kernel.pages.record_screen import tab_names
from crm.kernel.records.undo import note

#: What stands before the number of a section among the names of fields, and where the fields begin that are left out, and those that
#: stand nowhere in particular.
_SECTION, _OFF, _REST = "section:", "off", "rest"
NEW = "new"


@dataclass(frozen=True, slots=True)
class Place:
    """A tab or panel in the order of the layout, and whether it is shown."""

    name: str
    label: Any
    on: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board with what must be filled there."""

    value: str
    label: Any
    fields: list[str]
    later: bool


@require_http_methods(["GET", "HEAD", "POST"])
def layout(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The layout for everybody; with `variant` in the address (a number, or "new") one for some roles or records. POST act: save, drop,
    up or down, of a variant."""
    need(RIGHT)
    entity = kind_of(kind)
    chosen = request.GET.get("variant", "")
    told = layouts.layout_of(entity)["variants"]
    now = _now(entity, chosen, told)
    refusal: Wrong | None = None
    if request.method == "POST":
        given = _given(request.POST, entity, bool(chosen))
        try:
            return _saved(request, entity, chosen, given, told)
        except Wrong as refused:
            refusal, now = refused, now | given
    return section(request, "kinds", template="kind_layout", refusal=refusal, **_words(entity, now, chosen, told))


def _now(entity: Entity[Any], chosen: str, told: list[Any]) -> dict[str, Any]:
    whole = layouts.layout_of(entity)
    if not chosen:
        return whole
    if chosen == NEW:
        return {name: whole[name] for name in VARIED} | {"labels": {}, "roles": [], "when": "", "said": []}
    if not chosen.isdigit() or int(chosen) >= len(told):
        raise NotFound(_("There is no such layout."))
    return layouts.layout_of_variant(entity, int(chosen))


def _words(entity: Entity[Any], now: dict[str, Any], chosen: str, told: list[Any]) -> dict[str, Any]:
    placed = {name for one in now["form"] for name in one["fields"]}
    fields = entity.fields
    spare = [one.name for one in layout_parts.fitting(entity, "form") if one.name not in placed]
    away = [name for name in spare if name in now["left_out"]]
    there = panels.panels_of_kind(entity.kind)
    roles = [(str(one.pk), role_words.name_of(one)) for one in Role.objects.order_by("id")] if chosen else []
    return {
        "entity": entity, "now": now, "fits": {part: layout_parts.fitting(entity, part) for part in layout_parts.FITS}, "icon_of": icon_of,
        "languages": languages(), "tab": "layout", "changed": has_layout(entity), "most": layout_parts.MOST_HIGHLIGHTS,
        "away": away, "rest": [name for name in spare if name not in away],
        "needed": {name for name, one in fields.items() if (one.required or one.title) and name not in layouts.required_of(entity)},
        "usual": {"tabs": " ".join(tab_names(entity)), "panels": " ".join(one.name for one in there)},
        "tabs": _places(tab_names(entity), now["tabs"], now["tabs_off"]), "roles": roles, "chosen": chosen, "variants": told,
        "panels": _places({one.name: one.label for one in there}, now["panels"], now["panels_off"]),
        "steps": [] if chosen or entity.steps_elsewhere else _columns(entity, now["steps"]),
    }  # fmt: skip


def _places(labels: dict[str, Any], order: list[str], off: list[str]) -> list[Place]:
    return [Place(name, labels[name], name not in off) for name in arranged(list(labels), list(labels), order, ())]


def _columns(entity: Entity[Any], steps: list[dict[str, Any]]) -> list[Column]:
    field: Fact | None = entity.fields.get(entity.board or "")
    if field is None:
        return []
    named: dict[str, Any] = {str(value): label for value, label in field.choices_list}
    if field.type == "link":
        named |= layout_parts.names_of_board(entity, spoken=True)
    said = {one["at"]: one for one in steps}
    none: dict[str, Any] = {"fields": [], "later": False}
    return [Column(at, label, (said.get(at) or none)["fields"], (said.get(at) or none)["later"]) for at, label in named.items()]


def _given(sent: QueryDict, entity: Entity[Any], variant: bool) -> dict[str, Any]:
    """The layout that the form says. `place` goes through sections and their fields in the order of the page."""
    form: list[dict[str, Any]] = []
    left_out: list[str] = []
    into = left_out
    for place in sent.getlist("place"):
        if place.startswith(_SECTION):
            into = []
            form.append({"labels": names_in(sent, place), "fields": into, "when": _text(sent, f"{place}.when")})
        elif place in (_OFF, _REST):
            into = left_out if place == _OFF else []
        elif form:
            into.append(place)
    kept: list[dict[str, Any]] = [one for one in form if one["fields"] or any(str(text).strip() for text in dict(one["labels"]).values())]
    kept = [{name: value for name, value in one.items() if name != "when" or value} for one in kept]
    found: dict[str, Any] = {name: sent.getlist(name) for name in ("columns", "highlights", "required")}
    if [entity.title, *found["columns"]] == list(entity.columns):
        found["columns"] = list(entity.columns)  # the name leads in any case
    found["shown"] = {name: _text(sent, f"when:{name}") for name in entity.fields if _text(sent, f"when:{name}")}
    found |= {"form": kept, "left_out": left_out} | _places_of(sent, "tabs") | _places_of(sent, "panels")
    if variant:
        return found | {"labels": names_in(sent, "label"), "roles": sent.getlist("roles"), "when": _text(sent, "when")}
    found |= {name: sent.get(name, "") for name in layout_parts.ONES}
    if found["board"] == (entity.board or ""):
        values = [place.removeprefix("step:") for place in sent if place.startswith("step:")]
        found["steps"] = [{"at": at, "later": f"later:{at}" in sent, "fields": sent.getlist(f"step:{at}")} for at in values]
    return found | {"card": sent.getlist("card"), "calendar": [name for name in sent.getlist("calendar") if name]}


def _text(sent: QueryDict, name: str) -> str:
    return str(sent.get(name, "")).strip()


def _places_of(sent: QueryDict, part: str) -> dict[str, list[str]]:
    """Order and what is off; no order where it is the usual one."""
    order, on = sent.getlist(part), set(sent.getlist(f"{part}_on"))
    usual = order == sent.get(f"{part}_usual", "").split()
    return {part: [] if usual else order, f"{part}_off": [name for name in order if name not in on]}


def _saved(request: HttpRequest, entity: Entity[Any], chosen: str, given: dict[str, Any], told: list[Any]) -> HttpResponseBase:
    there, text = f"{HOME}/{entity.kind}/layout", _("The layout is saved.")
    if not chosen:
        layouts.change_layout(entity.kind, given)
    else:
        at, act = len(told) if chosen == NEW else int(chosen), request.POST.get("act", "save")
        variants = list(told)
        if act == "drop":
            variants[at : at + 1] = []
            text = _("The layout is gone.")
        elif act in ("up", "down") and 0 <= (other := at + (-1 if act == "up" else 1)) < len(variants):
            variants[at], variants[other] = variants[other], variants[at]
            at = other
        else:
            variants[at : at + 1] = [_variant(entity, given, told[at] if at < len(told) else {})]
        layouts.change_layout(entity.kind, {"variants": variants})
        there += "" if act == "drop" else f"?variant={at}"
    return toasts.later(redirect(there), text, _act(entity))


def _act(entity: Entity[Any]) -> UUID:
    return note(_("%(kinds)s: layout changed") % {"kinds": entity.labels}, 1).pk


def _variant(entity: Entity[Any], given: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a variant: that in which it differs from the layout for everybody."""
    whole = layouts.layout_of(entity)
    loose = ("required", "left_out", "tabs_off", "panels_off")
    other = [name for name in VARIED if (sorted(given[name]) != sorted(whole[name]) if name in loose else given[name] != whole[name])]
    kept = {name: given[name] for name in VARIED if (name in other or name in before) and not (name == "columns" and given["when"])}
    return {name: given[name] for name in ("labels", "roles", "when")} | kept


@require_POST
def reset(request: HttpRequest, kind: str) -> HttpResponseBase:
    """As Kith lays it out."""
    need(RIGHT)
    entity = kind_of(kind)
    layouts.reset_layout(kind)
    text = _("The kind is laid out as Kith does it.")
    return toasts.later(redirect(f"{HOME}/{kind}/layout"), text, _act(entity))
