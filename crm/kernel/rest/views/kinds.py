"""What there is: who asks, which kinds of records, which fields they have."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Field
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import VERBS
from crm.kernel.records.actions import actions_of
from crm.kernel.rest import render
from crm.kernel.rest.openapi.shapes import field_schema, kinds_of, readable
from crm.kernel.rest.operation import Call, operation
from crm.kernel.tenancy.models import Workspace


@operation(_("Who am I"), name="me", scope="read", answer="me")
def me(call: Call) -> HttpResponse:
    """The person behind the token, and the workspace."""
    actor = call.actor
    workspace = Workspace.objects.get(id=actor.workspace_id)
    return render.answer({
        "id": actor.id,
        "name": actor.name,
        "email": actor.email,
        "workspace": {"id": workspace.id, "slug": workspace.slug, "name": workspace.name},
        "team": actor.team_id,
        "language": actor.language,
        "time_zone": actor.time_zone,
        "currency": actor.currency,
        "country": actor.country,
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
    })


@operation(_("List the record kinds"), name="kinds", scope="read", answer="kinds")
def kinds(call: Call) -> HttpResponse:
    """The kinds that the actor may see, with what may be done to them."""
    return render.page(_kind(entity, call.actor) for entity in kinds_of(call.actor))


@operation(_("Fields: %(labels)s"), name="schema", scope="read", verb="view", answer="schema")
def schema(call: Call, entity: Entity[Any]) -> HttpResponse:
    """The fields of one kind, as the actor may see and write them."""
    closed = policy_for(entity).readonly(call.actor)
    fields = readable(entity, call.actor)
    return render.answer({
        "kind": entity.kind,
        "plural": entity.plural,
        "label": str(entity.label),
        "labels": str(entity.labels),
        "title": entity.title,
        "fields": [_field(name, field, name in closed) for name, field in fields.items()],
    })


def _kind(entity: Entity[Any], actor: Actor) -> dict[str, Any]:
    policy = policy_for(entity)
    return {
        "kind": entity.kind,
        "plural": entity.plural,
        "label": str(entity.label),
        "labels": str(entity.labels),
        "title": entity.title,
        "icon": entity.icon,
        "verbs": [verb for verb in VERBS if policy.may(actor, verb)],
        "actions": [{"name": action.name, "label": str(action.label)} for action in actions_of(entity)],
        "url": f"/api/v1/{entity.plural}",
    }


def _field(name: str, field: Field, closed: bool) -> dict[str, Any]:
    target = registry.of(field.target) if field.target is not None else None
    return {
        "name": name,
        "label": str(field.label),
        "type": field.type,
        "required": field.required,
        "readonly": field.readonly or closed,
        "multiple": field.multiple,
        "sortable": field.sortable,
        "operators": list(field.compares),
        "choices": [{"value": value, "label": str(label)} for value, label in field.choices_list],
        "target": target.kind if target is not None else None,
        "part_of": field.part_of,
        "schema": field_schema(field),
    }
