"""Saved views of a kind."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed
from crm.kernel.entity.entity import Entity
from crm.kernel.rest import render
from crm.kernel.rest.operation import Call, operation
from crm.kernel.saved import queries
from crm.kernel.saved.models import SavedView, ViewMark


@operation(_("Saved views: %(labels)s"), name="views", scope="read", verb="view", answer="views")
def list_views(call: Call, entity: Entity[Any]) -> HttpResponse:
    """Your views of a kind and those shared with you, by name. “by” is who saved one; “user”, “team” and “everybody” who has it."""
    if not policy_for(entity).may(call.actor, "view"):
        raise NotAllowed
    marks = queries.marks()
    return render.page(_view(entity, one, marks.get(one.pk)) for one in queries.views_of(entity))


def _view(entity: Entity[Any], one: SavedView, mark: ViewMark | None) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "form": one.form,
        "columns": queries.columns_seen(entity, one),
        "filter": one.filter,
        "sort": one.sort or entity.default_sort,
        "group": one.group,
        "by": one.user_id,
        "user": one.for_user_id,
        "team": one.for_team_id,
        "everybody": one.for_all,
        "pinned": bool(mark and mark.pinned),
        "usual": bool(mark and mark.usual),
        "url": f"/api/v1/{entity.plural}?view={one.pk}",
        "changed_at": render.moment(one.updated_at),
    }
