"""What customers add to the API: taking a mail in."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.customers import letters
from crm.customers.mails.taking import Taken, take_in
from crm.customers.queries import talked_about
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.records.reading import fetch, links_of
from crm.kernel.rest import render
from crm.kernel.rest.body import read_upload
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.routes import add_route


@operation(
    _("Take a mail in: %(label)s"),
    name="take_mail",
    scope="write",
    verb="view",
    body="mail",
    fits=talked_about,
    answer="mail",
    success=201,
    once=True,
    headers={"Location": _("Where the activity can be fetched.")},
)
def take_mail(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """Makes an activity of the mail (.eml) in the part named `file`; the same mail again answers 200 and the first one."""
    record = fetch(entity, id)
    if not talked_about(entity):
        raise Wrong(_("Take the mail in at a customer, a contact or a deal."))
    upload, _values = read_upload(call.request, letters.MOST)
    taken = take_in(record.pk, upload.read())
    return render.answer(_told(taken), 200 if taken.known else 201, {"Location": f"/api/v1/activities/{taken.activity.pk}"})


def _told(taken: Taken) -> dict[str, Any]:
    return {
        "id": taken.activity.pk,
        "subject": taken.activity.subject,
        "known": taken.known,
        "people": links_of(taken.activity.pk, "people"),
        "unknown": [{"name": name, "address": address} for name, address in taken.strangers],
        "url": f"/api/v1/activities/{taken.activity.pk}",
    }


add_route("/{plural}/{id}/mails", POST=take_mail)
