"""Lists: rows, columns, filter, look-ups."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed, NotFound
from crm.kernel.base.text import searchable
from crm.kernel.entity.custom.laid import layout_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import filters, finding, groups, links, lists, looks, past, preferences
from crm.kernel.pages.importing import exchange_links
from crm.kernel.tenancy.scope import current_actor

#: What stays in the address beside a filter.
KEPT_BESIDE = ("sort", "set", "view", "group", "by", "columns", "span", "day", "as_of")


def need(entity: Entity[Any], verb: str) -> None:
    """Raises NotAllowed unless the verb is given for the kind at all."""
    if not policy_for(entity).may(current_actor(), verb):
        raise NotAllowed


@require_GET
def table(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    need(entity, "view")
    elsewhere = looks.usual_address(entity, request.GET)
    if elsewhere:
        return redirect(elsewhere)
    look, then = looks.read(entity, request.GET, "table"), past.asked(entity, request.GET)
    with past.reading(then):
        screen = lists.screen(look)
    words = {
        "screen": screen,
        "entity": entity,
        "here": entity.plural,
        "look": look,
        "given": look.given,
        "groupable": looks.groupable(entity),
        "exchange": _exchange(entity, look) if then is None else {},
    }
    return render(request, "pages/list.jinja", words | past.words(then, look))


def _exchange(entity: Entity[Any], look: looks.Look) -> dict[str, str]:
    view = look.view
    return exchange_links(entity, look.given, look.columns, view.name) if view else exchange_links(entity, look.given)


@require_GET
def group(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The rows of one group, or further ones: `value` says which, `after` behind which."""
    need(entity, "view")
    look = looks.read(entity, request.GET, "table")
    by = groups.field_of(entity, look.group)
    if by is None:
        raise NotFound
    value = request.GET.get("value", "")
    then = past.asked(entity, request.GET)
    with past.reading(then):
        lines, cursor = lists.group_rows(look, by, value, request.GET.get("after") or None, Reading.of(current_actor()))
        may = lists.rights(entity)
    words = {"entity": entity, "lines": lines, "next": cursor, "value": value, "given": look.given, "then": then}
    words |= {"may": may, "heads": lists.heads(entity, look.columns[1:], ""), "kept": links.query_of({"as_of": then.asked}) if then else ""}
    return render(request, "pages/group_rows.jinja", words)


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The chooser, and keeping what was chosen: for the plain list at once, for a saved view in the address until it is saved."""
    need(entity, "view")
    if request.method == "POST":
        chosen = [] if request.POST.get("act") == "reset" else request.POST.getlist("columns")
        there = looks.read(entity, _query_of(request), "table")
        if there.view is None:
            preferences.keep_columns(entity, chosen)
            return _reloaded(request, entity)
        query = there.given.copy()
        usual = there.view.columns or layout_for(entity, current_actor()).columns
        query["columns"] = ",".join([entity.title, *chosen] if chosen else usual)
        return HttpResponse(status=204, headers={"HX-Redirect": f"{_address(entity)}?{query.urlencode()}"})
    seen = policy_for(entity).fields(current_actor())
    shown = looks.read(entity, _query_of(request), "table").columns
    rest = [name for name in seen if name not in shown]
    words = {
        "entity": entity,
        "shown": [seen[name] for name in shown if name in seen],
        "rest": [seen[name] for name in rest],
    }
    return render(request, "pages/columns.jinja", words)


def _address(entity: Entity[Any]) -> str:
    return reverse("pages.list", kwargs={"entity": entity})


def _query_of(request: HttpRequest) -> QueryDict:
    """The query of the list on which a dialog was opened."""
    return QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)


def _reloaded(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    there = request.headers.get("HX-Current-URL", "")
    target = _address(entity)
    query = f"?{there.partition('?')[2]}" if target in there and "?" in there else ""
    return HttpResponse(status=204, headers={"HX-Redirect": f"{target}{query}"})


@require_http_methods(["GET", "POST"])
def filter_editor(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The editor, and turning what it sends into the text that the list's address carries."""
    need(entity, "view")
    route = {"board": "pages.board", "calendar": "pages.calendar"}.get(request.POST.get("screen", ""), "pages.list")
    where = reverse(route, kwargs={"entity": entity})
    if request.method == "POST":
        query = request.POST.copy()
        kept = {name: str(query[name]) for name in KEPT_BESIDE if query.get(name)}
        text = request.POST.get("text", "").strip() if "text" in request.POST else filters.from_editor(request.POST.get("result", ""))
        if kept.get("view") and not text:
            kept.setdefault("sort", entity.default_sort)  # else the address would ask for the view as it was saved
        return redirect(f"{where}{links.query_of({'filter': filters.addressed(text), **kept})}")
    facts = filters.facts(entity)
    words = {
        "entity": entity,
        "facts": facts,
        "start": filters.for_editor(request.GET.get("filter", ""), [one["name"] for one in facts["fields"]]),
        "given": request.GET,
    }
    return render(request, "pages/filter.jinja", words)


@require_GET
def lookup(request: HttpRequest, what: str) -> HttpResponse:
    found = links.hits(what, searchable(request.GET.get("q", ""))[:100])
    return JsonResponse({"items": [hit.as_json() for hit in found]})


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """As one types in the box."""
    return JsonResponse({"items": finding.as_typed(request.GET.get("q", ""))})


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """All hits of a question, kind by kind."""
    asked = request.GET.get("q", "").strip()
    words = {"asked": asked, "groups": finding.by_kind(asked), "here": "search"}
    return render(request, "pages/search.jinja", words)
