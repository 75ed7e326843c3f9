"""Named actions: the same functions that are buttons on the record page."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel import records
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.entity import Entity
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.values import checked


@operation(
    _("Run an action"), name="action", scope="write", verb="view", body="action", body_optional=True, answer="record"
)
def perform_action(call: Call, entity: Entity[Any], id: UUID, action: str) -> HttpResponse:
    """Runs the action on one record and answers the record as it is afterwards."""
    record = records.fetch(entity, id)
    found = next((one for one in records.actions_of(entity) if one.name == action), None)
    if found is None:
        raise NotFound(_("There is no such action."))
    values = checked(found.arguments, read_object(call.request, optional=True))
    records.perform(found, record, values)
    return render.record_answer(entity, records.fetch(entity, id), call.actor)
