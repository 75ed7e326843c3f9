"""Saved views: the dialog that saves and shares one, marks, removal."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.models import Team
from crm.kernel.pages import looks, toasts
from crm.kernel.pages.filters import addressed
from crm.kernel.pages.views.lists import need
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.undo import note
from crm.kernel.saved import actions, queries
from crm.kernel.saved.models import SavedView
from crm.kernel.tenancy.scope import current_actor

_SHAPE = ("form", "columns", "filter", "sort", "group", "by", "set")


@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The dialog for a new view of how the list stands; POST saves it and goes there."""
    need(entity, "view")
    if request.method != "POST":
        return _dialog(request, entity, None)
    try:
        shape = looks.shape_of(request.POST)
        addressed(shape.filter)
        one = actions.save(entity, request.POST.get("name", ""), shape, _reach(request.POST))
    except Wrong as refusal:
        return _dialog(request, entity, None, refusal)
    _marks(entity, one, request.POST)
    text = _("The view “%(name)s” is saved.") % {"name": one.name}
    return _there(entity, one, text, note(_("View “%(name)s” made") % {"name": one.name}, 1))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """Name, sharing and marks of a view; whoever did not save it sets their own marks only."""
    need(entity, "view")
    one = queries.view(entity, pk)
    if request.method != "POST":
        return _dialog(request, entity, one)
    before = _facts(one)
    if queries.may_change(one):
        try:
            one = actions.rename(entity, pk, request.POST.get("name", ""), _reach(request.POST))
        except Wrong as refusal:
            return _dialog(request, entity, one, refusal)
    _marks(entity, one, request.POST)
    return _changed(entity, one, before)


@require_POST
def keep(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """The view becomes as the list stands."""
    need(entity, "view")
    before = _facts(queries.view(entity, pk))
    return _changed(entity, actions.keep(entity, pk, looks.shape_of(request.POST)), before)


def _changed(entity: Entity[Any], one: SavedView, before: dict[str, Any]) -> HttpResponse:
    act = note(_("View “%(name)s” changed") % {"name": before["name"]}, 1) if _facts(one) != before else None
    return _there(entity, one, _("The view “%(name)s” is saved.") % {"name": one.name}, act)


@require_POST
def remove(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    need(entity, "view")
    one = actions.remove(entity, pk)
    back = reverse("pages.list", kwargs={"entity": entity})
    answer = HttpResponse(status=204, headers={"HX-Redirect": f"{back}?view={looks.WHOLE}"})
    text = _("The view “%(name)s” is removed.") % {"name": one.name}
    return toasts.later(answer, text, note(text, 1).pk)  # type: ignore[return-value]


def _there(entity: Entity[Any], one: SavedView, text: str, act: ChangeSet | None = None) -> HttpResponse:
    answer = HttpResponse(status=204, headers={"HX-Redirect": looks.address(entity, one)})
    return toasts.later(answer, text, act.pk if act is not None else None)  # type: ignore[return-value]


def _facts(one: SavedView) -> dict[str, Any]:
    return {name: getattr(one, name) for name in (*_SHAPE, "name", "for_user_id", "for_team_id", "for_all")}


def _marks(entity: Entity[Any], one: SavedView, given: QueryDict) -> None:
    actions.mark(entity, one.pk, pinned=given.get("pinned") == "on", usual=given.get("usual") == "on")


def _reach(given: QueryDict) -> actions.Reach:
    """From the dialog: `reach` private, all or some; `with` the person or team."""
    if given.get("reach") == "all":
        return actions.Reach(everybody=True)
    if given.get("reach") != "some":
        return actions.Reach()
    whom = as_uuid(given.get("with", ""))
    if whom is None:
        return actions.Reach(wrong={"with": [_("Choose a person or a team from the list.")]})
    return actions.Reach(team=whom) if Team.objects.filter(pk=whom).exists() else actions.Reach(user=whom)


def _dialog(request: HttpRequest, entity: Entity[Any], one: SavedView | None, refusal: Wrong | None = None) -> HttpResponse:
    posted = request.method == "POST"
    given: Any = request.POST if posted else request.GET
    whom = (one.for_team or one.for_user) if one is not None else None
    mark = queries.marks().get(one.pk) if one is not None else None
    own_team = Team.objects.filter(pk=current_actor().team_id).first()
    if not posted and whom is None:
        whom = own_team
    chosen = {"id": given.get("with", ""), "name": given.get("words", "")} if posted else {"id": whom.pk, "name": whom.name} if whom else {}
    words = {
        "entity": entity,
        "one": one,
        "mine": one is None or queries.may_change(one),
        "shape": [] if one is not None else [(name, given.get(name, "")) for name in _SHAPE],
        "wrong": (refusal.fields or {"": [refusal.message]}) if refusal is not None else {},
        "name": given.get("name", "") if posted or one is None else one.name,
        "reach": given.get("reach", "") if posted else _reach_of(one),
        "whom": chosen,
        "pinned": given.get("pinned") == "on" if posted else one is None or bool(mark and mark.pinned),
        "usual": given.get("usual") == "on" if posted else bool(mark and mark.usual),
    }
    return render(request, "pages/view.jinja", words, status=422 if refusal is not None else 200)


def _reach_of(one: SavedView | None) -> str:
    if one is None or not one.shared:
        return "private"
    return "all" if one.for_all else "some"
