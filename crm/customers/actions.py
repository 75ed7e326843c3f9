"""The named writes of customers: log what was said, mark it as done, and take that back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.customers.models import Activity
from crm.customers.models.activity import ActivityType
from crm.kernel.base.clock import now
from crm.kernel.entity import fields as f
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.records.actions import action, entity_of
from crm.kernel.records.reading import fetch_any
from crm.kernel.records.writing import change, create


@action(
    Activity,
    label=_("Mark as done"),
    icon="check",
    primary=True,
    when=lambda one: one.done_at is None,
    result=f.Text(_("Result")),
    done_at=f.DateTime(_("Done")),
)
def complete(activity: Activity, *, actor: Actor, result: str | None = None, done_at: Any = None) -> Activity:
    """It was done: now, or at the moment that is named."""
    values: dict[str, Any] = {"done_at": done_at or now()}
    if result:
        values["result"] = result
    made: Activity = change(entity_of(activity), activity.pk, values)
    return made


@action(Activity, label=_("Not done yet"), icon="undo", when=lambda one: one.done_at is not None)
def reopen(activity: Activity, *, actor: Actor) -> Activity:
    """It is still to be done."""
    made: Activity = change(entity_of(activity), activity.pk, {"done_at": None})
    return made


def log(record_id: UUID, values: Mapping[str, Any], planned: bool = False) -> Activity:
    """An activity on a record of any kind. What is not planned counts as done now. Raises NotFound, Wrong."""
    fetch_any(record_id)
    given = {**values, "record": record_id}
    if not planned and given.get("type") != ActivityType.TASK and not given.get("done_at"):
        given["done_at"] = now()
    entity = registry.kind("activity")
    assert entity is not None
    made: Activity = create(entity, given)
    return made
