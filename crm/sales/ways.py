"""The way back of who takes turns by a rule of assignment. The rules themselves are records."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.records.reading import names_of
from crm.kernel.records.rows import Deed, Way, way_back
from crm.kernel.tenancy.scope import current_actor
from crm.sales.entities.policies import SETUP
from crm.sales.models import AssignmentRule, Turn

_LABELS = {"rule_id": gettext_lazy("Rule"), "user_id": gettext_lazy("Person"), "place": gettext_lazy("Place")}


class TurnsBack(Way):
    """`last`, which counts what somebody got, is nobody's choice."""

    model = Turn
    name = "turn"
    told = tuple(_LABELS)

    def row(self, deed: Deed) -> Any:
        """By rule and person: who takes turns again has another row."""
        if not (deed.made or deed.gone):
            return super().row(deed)
        whose: dict[str, Any] = {name: next((side for side in deed.changes[name] if side), None) for name in ("rule_id", "user_id")}
        return Turn.objects.filter(**whose).first()

    def title(self, deed: Deed, row: Any) -> str:
        sides = [row.user_id] if row is not None else [self._read("user_id", side) for side in deed.changes.get("user_id", ())]
        ids = [one for one in sides if one is not None]
        return _("Takes turns: %(name)s") % {"name": next(iter(names_of(User, ids).values()), _("somebody who is gone"))}

    def label(self, path: str) -> str:
        return str(_LABELS.get(path, path))

    def refused(self, deed: Deed, row: Any) -> str:
        entity = registry.of(AssignmentRule)
        actor = current_actor()
        if entity is None or not actor.may(SETUP) or not policy_for(entity).may(actor, "edit"):
            return _("You may not change these settings any more.")
        return ""

    def remove(self, row: Any, deed: Deed) -> None:
        row.delete()

    def restore(self, deed: Deed, values: Mapping[str, Any]) -> None:
        there = AssignmentRule.objects.filter(pk=values["rule_id"]).exists()
        if not there or not User.objects.filter(pk=values["user_id"], is_active=True).exists():
            raise Wrong(_("It is not there any more."))
        Turn(**{column: value for column, value in values.items() if column in (*self.told, "last")}).save(force_insert=True)

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        row.place = values["place"] or 0
        row.save(update_fields=["place"])


way_back(TurnsBack())
