"""The way back of saved views: made, changed, shared, removed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.base.clock import now
from crm.kernel.identity.models import Team, User
from crm.kernel.records.reading import names_of
from crm.kernel.records.rows import Deed, Way, way_back
from crm.kernel.saved import actions
from crm.kernel.saved.models import SavedView
from crm.kernel.saved.queries import may_change

_SHARED = gettext_lazy("Shared with")
_LABELS = {
    "name": gettext_lazy("Name"), "form": gettext_lazy("Form"), "columns": gettext_lazy("Columns"), "filter": gettext_lazy("Filter"),
    "sort": gettext_lazy("Order"), "group": gettext_lazy("Groups"), "by": gettext_lazy("Day"), "set": gettext_lazy("Pipeline"),
    "for_user_id": _SHARED, "for_team_id": _SHARED, "for_all": _SHARED, "deleted_at": gettext_lazy("Removed"),
}  # fmt: skip


class ViewsBack(Way):
    model = SavedView
    name = "view"
    told = tuple(_LABELS)

    def row(self, deed: Deed) -> Any:
        one = SavedView.objects.filter(pk=deed.record).select_related("user").first()
        return None if one is None or (deed.made and one.deleted_at is not None) else one

    def title(self, deed: Deed, row: Any) -> str:
        return _("View “%(name)s”") % {"name": row.name if row is not None else (deed.changes.get("name") or [_("removed since")])[-1]}

    def label(self, path: str) -> str:
        return str(_LABELS[path])

    def shown(self, path: str, value: Any) -> str:
        if path == "form":
            return str(dict(SavedView._meta.get_field("form").flatchoices).get(value, value))
        if path in ("for_user_id", "for_team_id") and value is not None:
            return names_of(User if path == "for_user_id" else Team, [value]).get(value, _("somebody who is gone"))
        if path == "for_all":
            return _("Everybody") if value else ""
        return super().shown(path, ", ".join(value) if isinstance(value, list) else value)

    def refused(self, deed: Deed, row: Any) -> str:
        if row is not None and not may_change(row):
            return _("%(name)s saved this view. Save it under a name of your own to change it.") % {"name": row.user.name}
        if row is not None and row.deleted_at is not None and "deleted_at" not in deed.changes:
            return _("It is not there any more.")
        return ""

    def remove(self, row: Any, deed: Deed) -> None:
        actions.put_back(row, {"deleted_at": now()})

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        fresh = {"columns": [], "for_all": False, "for_user_id": None, "for_team_id": None, "deleted_at": None}
        actions.put_back(row, {path: fresh.get(path, "") if value is None else value for path, value in values.items()})


way_back(ViewsBack())
