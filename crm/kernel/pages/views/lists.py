"""Lists: rows, columns, filter, look-ups."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed
from crm.kernel.base.text import searchable
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import filters, finding, links, lists, preferences
from crm.kernel.pages.importing import exchange_links
from crm.kernel.tenancy.scope import current_actor


def need(entity: Entity[Any], verb: str) -> None:
    """Raises NotAllowed unless the verb is given for the kind at all."""
    if not policy_for(entity).may(current_actor(), verb):
        raise NotAllowed


@require_GET
def table(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    need(entity, "view")
    screen = lists.screen(entity, request.GET)
    words = {"screen": screen, "entity": entity, "here": entity.plural, "exchange": exchange_links(entity, request.GET)}
    return render(request, "pages/list.jinja", words)


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The chooser, and keeping what was chosen. `back` is the query of the list it was opened on."""
    need(entity, "view")
    if request.method == "POST":
        chosen = [] if request.POST.get("act") == "reset" else request.POST.getlist("columns")
        preferences.keep_columns(entity, chosen)
        return _reloaded(request, entity)
    seen = policy_for(entity).fields(current_actor())
    shown = preferences.columns_of(entity)
    rest = [name for name in seen if name not in shown]
    words = {
        "entity": entity,
        "shown": [seen[name] for name in shown if name in seen],
        "rest": [seen[name] for name in rest],
    }
    return render(request, "pages/columns.jinja", words)


def _reloaded(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    there = request.headers.get("HX-Current-URL", "")
    target = reverse("pages.list", kwargs={"entity": entity})
    query = f"?{there.partition('?')[2]}" if target in there and "?" in there else ""
    return HttpResponse(status=204, headers={"HX-Redirect": f"{target}{query}"})


@require_http_methods(["GET", "POST"])
def filter_editor(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The editor, and turning what it sends into the text that the list's address carries."""
    need(entity, "view")
    where = reverse("pages.board" if request.POST.get("screen") == "board" else "pages.list", kwargs={"entity": entity})
    if request.method == "POST":
        query = request.POST.copy()
        kept = {name: str(query[name]) for name in ("sort", "set") if query.get(name)}
        text = request.POST.get("text", "").strip() if "text" in request.POST else filters.from_editor(request.POST.get("result", ""))
        return redirect(f"{where}{links.query_of({'filter': filters.addressed(text), **kept})}")
    words = {
        "entity": entity,
        "facts": filters.facts(entity),
        "start": filters.for_editor(request.GET.get("filter", "")),
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
