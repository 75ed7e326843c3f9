"""Records that may be the same as one that is being written."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.dedupe.actions import MOST_AT_ONCE, add_to, additions, keep_apart
from crm.kernel.dedupe.queries import Candidate, check
from crm.kernel.entity.entity import Entity
from crm.kernel.records.reading import fetch
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import OF
from crm.kernel.rest.values import record_values


def described(candidates: Iterable[Candidate]) -> list[dict[str, Any]]:
    """As the API answers them."""
    return [
        {"id": one.id, "title": one.title, "probability": one.probability, "reasons": list(one.reasons), "masked": one.masked}
        for one in candidates
    ]


@operation(
    _("Find duplicates: %(label)s"),
    name="duplicates",
    scope="read",
    verb="view",
    params=(OF,),
    body="similar",
    answer="duplicates",
)
def find_duplicates(call: Call, entity: Entity[Any]) -> HttpResponse:
    """Records like the one whose fields are sent, as far as they are known yet, the likeliest first; nothing is written."""
    values = record_values(entity, read_object(call.request), call.actor)
    of = fetch(entity, call.query["of"]).pk if call.query["of"] else None
    return render.answer({"items": described(check(entity, values, of))})


@operation(
    _("Same: add what is known to: %(label)s"),
    name="same",
    scope="write",
    verb="edit",
    body="similar",
    answer="record",
    headers={"ETag": _("The version of the record, for If-Match."), "Kith-Added": _("How many values the record gained.")},
)
def add_what_is_known(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The record is the same as the one whose fields are sent: it gains those it has no value for; what it has already stays
    as it is."""
    target = fetch(entity, id, "edit")
    values = record_values(entity, read_object(call.request), call.actor)
    many = len(additions(entity, target, values))
    answer = render.record_answer(entity, add_to(entity, id, values), call.actor)
    answer.headers["Kith-Added"] = str(many)
    return answer


@operation(
    _("Different: remember for: %(label)s"),
    name="different",
    scope="write",
    verb="edit",
    body="different",
    answer="different",
)
def remember_different(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The record is another one than those whose ids are sent: they are never again told of as its duplicates. Answers how
    many of the pairs are new; ids of records that the asker may not see are passed over."""
    record = fetch(entity, id, "edit")
    return render.answer({"remembered": keep_apart(record.pk, _ids(read_object(call.request)))})


def _ids(sent: dict[str, Any]) -> list[UUID]:
    given = sent.get("ids")
    listed = given if isinstance(given, list) else []
    found = [pk for one in listed if isinstance(one, str) and (pk := as_uuid(one)) is not None]
    if set(sent) != {"ids"} or len(found) != len(listed) or not 0 < len(found) <= MOST_AT_ONCE:
        raise Wrong(fields={"ids": [_t("A list of one to %(most)s ids is needed here.") % {"most": MOST_AT_ONCE}]})
    return found
