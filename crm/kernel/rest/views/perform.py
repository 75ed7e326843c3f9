"""Named actions: the same functions that are buttons on the record page."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import NotFound
from crm.kernel.entity.entity import Entity
from crm.kernel.records.actions import actions_of, perform
from crm.kernel.records.reading import fetch
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.values import checked


@operation(
    _("Run an action"), name="do", scope="write", verb="edit", body="action", body_optional=True, answer="record"
)
def perform_action(call: Call, entity: Entity[Any], id: UUID, action: str) -> HttpResponse:
    """Runs the action on one record and answers the record as it is afterwards."""
    record = fetch(entity, id)
    found = next((one for one in actions_of(entity) if one.name == action), None)
    if found is None:
        raise NotFound(_t("There is no such action."))
    sent = checked(found.arguments, read_object(call.request, optional=True))
    done = perform(entity, action, id, sent)
    return render.record_answer(entity, done if isinstance(done, type(record)) else record, call.actor)
