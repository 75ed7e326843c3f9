"""The named writes of customers: log what was said, mark it as done, and take that back."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.customers.events import PeopleMentioned
from crm.customers.models import Activity
from crm.customers.models.activity import ActivityType
from crm.customers.models.relationship import Party
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.entity import fields as f
from crm.kernel.entity.registry import registry
from crm.kernel.entity.shipped import shipped
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import User
from crm.kernel.notify.bell import mark, marked
from crm.kernel.outbox.publishing import publish
from crm.kernel.records.actions import action, entity_of
from crm.kernel.records.reading import fetch_any
from crm.kernel.records.writing import change, create, create_many
from crm.kernel.tenancy.scope import current_actor


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


def log(record_id: UUID, values: Mapping[str, Any], planned: bool = False, named: Iterable[UUID] = ()) -> Activity:
    """An activity on a record of any kind. What is not planned counts as done now. Raises NotFound, Wrong.

    `named`: people whose "@Name" in the text is a mention.
    """
    fetch_any(record_id)
    given = {**values, "record": record_id}
    wanted = list(named)[:50]
    people = dict(User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", "name")) if wanted else {}
    if people and given.get("body"):
        given["body"] = mark(str(given["body"]), people)
    if not planned and given.get("type") != ActivityType.TASK and not given.get("done_at"):
        given["done_at"] = now()
    entity = registry.kind("activity")
    assert entity is not None
    made: Activity = create(entity, given)
    titled = [pk for pk, name in people.items() if f"@{name}" in made.subject and pk not in marked(made.body or "")]
    if titled:
        publish(PeopleMentioned(record=made.pk, users=tuple(titled), by=current_actor().name))
    return made


#: key → (name, name the other way, first, second, personal) of the relationships that a workspace starts with.
FIRST_TYPES = {
    "supplies": (shipped("name", "supplies"), shipped("name", "is supplied by"), Party.ACCOUNT, Party.ACCOUNT, False),
    "rival": (shipped("name", "competes with"), shipped("name", "competes with"), Party.ACCOUNT, Party.ACCOUNT, False),
    "partner": (shipped("name", "works with"), shipped("name", "works with"), Party.ACCOUNT, Party.ACCOUNT, False),
    "owns_part": (shipped("name", "owns part of"), shipped("name", "is partly owned by"), Party.ACCOUNT, Party.ACCOUNT, False),
    "worked_for": (shipped("name", "worked for"), shipped("name", "once employed"), Party.CONTACT, Party.ACCOUNT, False),
    "advises": (shipped("name", "advises"), shipped("name", "is advised by"), Party.CONTACT, Party.ACCOUNT, False),
    "knows": (shipped("name", "knows"), shipped("name", "knows"), Party.CONTACT, Party.CONTACT, False),
    "classmate": (shipped("name", "went to school with"), shipped("name", "went to school with"), Party.CONTACT, Party.CONTACT, True),
    "related": (shipped("name", "is related to"), shipped("name", "is related to"), Party.CONTACT, Party.CONTACT, True),
    "recommended": (shipped("name", "recommended us to"), shipped("name", "heard of us from"), Party.CONTACT, Party.CONTACT, False),
}


def found_relationship_types() -> dict[str, UUID]:
    """{key of FIRST_TYPES: its new record}: the usual relationships, told in each reader's language."""
    entity = registry.kind("relationship_type")
    assert entity is not None
    rows = [
        {"name": name, "reverse_name": back, "first": first, "second": second, "personal": personal}
        for name, back, first, second, personal in FIRST_TYPES.values()
    ]
    made = create_many(entity, rows)
    for one in made:
        if isinstance(one, Refusal):
            raise one
    return {key: one.pk for key, one in zip(FIRST_TYPES, made, strict=True)}
