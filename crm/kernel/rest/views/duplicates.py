"""Records that may be the same as one that is being written."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

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
