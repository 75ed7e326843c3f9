"""Why somebody can or cannot see a record, and absences."""

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotFound
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.identity.grants import VERBS
from crm.kernel.records.reading import fetch
from crm.kernel.records.why import case
from crm.kernel.records.why_words import Clause, answer
from crm.kernel.rest import render
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import Param
from crm.kernel.rest.problems import BadRequest


def _user(text: str) -> UUID:
    found = as_uuid(text)
    if found is None:
        raise ValueError(_t("This is not an id."))
    return found


def _at(text: str) -> datetime.datetime:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        found = datetime.datetime.min
    if found.year < OLDEST:
        raise ValueError(_t("Write a moment as 2026-11-24T09:30:00Z."))
    return found


def _verb(text: str) -> str:
    if text not in VERBS:
        raise ValueError(_t("Write one of %(verbs)s.") % {"verbs": ", ".join(VERBS)})
    return text


#: No log reaches further back, and a moment of year 1 in some zone is none in another.
OLDEST = 1900
USER = Param("user", {"type": "string", "format": "uuid"}, _("Who is asked about; left out: you."), _user)
FIELD = Param("field", {"type": "string"}, _("A field of the record, by its name."))
VERB = Param("verb", {"type": "string", "enum": list(VERBS), "default": "view"}, _("What it is about doing with it."), _verb, "view")
AT = Param("at", {"type": "string", "format": "date-time"}, _("A past moment; left out: now."), _at)


@operation(
    _("Why somebody can or cannot: %(label)s"), name="access", scope="read", verb="view", params=(USER, FIELD, VERB, AT), answer="access"
)
def explain(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The policy's word about one person and one record, now or at a past moment, with every reason for it."""
    record, name = fetch(entity, id), call.query["field"]
    if name is not None and name not in policy_for(entity).fields(call.actor):
        raise BadRequest(_t("There is no such field."), fields={"field": [_t("There is no such field.")]})
    user = call.query["user"] or call.actor.id
    if user is None:
        raise NotFound
    found = case(entity, record, user, call.query["verb"], name, _moment(call))
    said = answer(found)
    return render.answer({
        "user": found.user.pk, "verb": found.verb, "field": found.name, "at": render.moment(found.moment), "may": said.may,
        "text": said.headline, "because": _clauses(said.because), "against": _clauses(said.against),
        "remedies": _clauses(said.remedies), "notes": said.notes,
    })  # fmt: skip


def _clauses(many: list[Clause]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "text": one.text, "about": one.about[0] if one.about else None, "id": one.about[1] if one.about else None}
        for one in many
    ]


def _moment(call: Call) -> datetime.datetime | None:
    found: datetime.datetime | None = call.query["at"]
    return found.replace(tzinfo=Reading.of(call.actor).zone) if found is not None and found.tzinfo is None else found
