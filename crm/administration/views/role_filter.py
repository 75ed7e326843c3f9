"""The filter of a role's line: the editor that lists use, in a dialog, and its text form."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from crm.administration.views import matrix
from crm.administration.views.page import need
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.grants import FILTER
from crm.kernel.pages import filters, toasts


@require_http_methods(["GET", "POST"])
def editor(request: HttpRequest, kind: str) -> HttpResponse:
    """GET: the dialog for `<kind>.filter` in text form; POST: the line of the role's form with what was chosen."""
    actor = need("administration.roles")
    entity = registry.kind(kind)
    if entity is None:
        raise NotFound
    if request.method != "POST":
        return _dialog(request, entity, request.GET.get(f"{kind}.filter", ""))
    typed = request.POST.get("use") == "text"
    text = request.POST.get("text", "").strip()
    try:
        text = text if typed else filters.from_editor(request.POST.get("result", ""))
        matrix.read_filters({"kinds": {kind: {"view": FILTER, "filter": text}}}, actor)
    except Wrong as refusal:
        said = " ".join(str(one) for texts in refusal.fields.values() for one in texts) or str(refusal.message)
        return _dialog(request, entity, text, said, typed)
    answer = render(request, "administration/role_filter_kept.jinja", {"entity": entity, "text": text})
    return toasts.trigger(answer, closelayer={})  # type: ignore[return-value]


def _dialog(request: HttpRequest, entity: Entity[Any], text: str, problem: str = "", typed: bool = False) -> HttpResponse:
    start = filters.for_editor(text)
    words = {
        "entity": entity, "facts": filters.facts(entity), "start": start, "text": text, "problem": problem, "typed": typed,
        "flat": not text or bool(start["rows"]) or bool(problem),
    }
    return render(request, "administration/role_filter.jinja", words, status=422 if problem else 200)
