"""Putting the document together: every address, literal for each kind and action, as one actor may use it."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.custom.checking import CODE
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.records.actions import Action, actions_of
from crm.kernel.rest import scopes
from crm.kernel.rest.openapi import answers, bodies, shapes
from crm.kernel.rest.openapi.samples import Samples
from crm.kernel.rest.openapi.shapes import Schema, ref
from crm.kernel.rest.operation import OPERATIONS, Operation
from crm.kernel.rest.problems import CONTENT_TYPE, TITLES
from crm.kernel.rest.routes import ROUTES, Route

VERSION = "1"
#: Parts of an address that are names and not ids.
_CODES = ("kind", "field")
#: Further sections of the document, by parts above: each answers {section: content} for an actor.
MORE: list[Callable[[Actor], dict[str, Any]]] = []
_ALWAYS = (400, 401, 403, 404, 429)


def document(actor: Actor, samples: Samples) -> dict[str, Any]:
    """The whole OpenAPI 3.1 document. It holds only what the actor may see and do."""
    kinds = list(shapes.kinds_of(actor))
    paths: dict[str, Any] = {}
    for route in ROUTES:
        for place in _places(route, kinds, actor):
            item = _path_item(route, place, actor, samples)
            if item:
                paths[place.path] = item
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kith", "version": VERSION, "description": _("The records of this workspace as JSON.")},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": _tags(kinds),
        "paths": paths,
        "components": _components(kinds, actor),
        **{name: value for more in MORE for name, value in more(actor).items()},
    }


class _Place:
    """One literal address: a route with its kind and action filled in."""

    def __init__(self, route: Route, entity: Entity[Any] | None = None, action: Action | None = None) -> None:
        self.entity, self.action = entity, action
        self.path = route.template
        if entity is not None:
            self.path = self.path.replace("{plural}", entity.plural)
        if action is not None:
            self.path = self.path.replace("{action}", action.name)


def _places(route: Route, kinds: Iterable[Entity[Any]], actor: Actor) -> Iterator[_Place]:
    if "{plural}" not in route.template:
        yield _Place(route)
        return
    for entity in kinds:
        if "{action}" not in route.template:
            yield _Place(route, entity)
            continue
        for action in actions_of(entity):
            if action.given_to(actor):
                yield _Place(route, entity, action)


def _path_item(route: Route, place: _Place, actor: Actor, samples: Samples) -> dict[str, Any]:
    item: dict[str, Any] = {}
    for method, handler in route.methods.items():
        facts = OPERATIONS[handler]
        if _may(facts, place.entity, actor):
            item[method.lower()] = _operation(facts, method, place, actor, samples)
    return item


def _may(facts: Operation, entity: Entity[Any] | None, actor: Actor) -> bool:
    kind = entity.kind if entity is not None else ""
    if not scopes.allows(actor.scopes, facts.scope, kind) or entity is not None and not facts.fits(entity):
        return False
    if facts.needs and not actor.may(facts.needs):
        return False
    if facts.verb and entity is not None:
        return policy_for(entity).may(actor, facts.verb)
    if facts.verb:
        return any(policy_for(one).may(actor, facts.verb) for one in registry.all())
    return True


def _operation(facts: Operation, method: str, place: _Place, actor: Actor, samples: Samples) -> dict[str, Any]:
    about = bodies.About(place.entity, place.action, actor, samples)
    labels = {"label": place.entity.label, "labels": place.entity.labels} if place.entity else {}
    summary = str(place.action.label) if place.action else str(facts.summary) % labels
    described: dict[str, Any] = {
        "operationId": _operation_id(facts, place),
        "summary": summary,
        "tags": [place.entity.plural if place.entity else facts.tag],
        "parameters": [
            *_path_parameters(facts, place, samples),
            *_parameters(facts, about),
            *_headers(facts, method, _operation_id(facts, place)),
        ],
        "responses": _responses(facts, about),
    }
    if facts.body:
        body = bodies.BODIES[facts.body](about)
        media = "multipart/form-data" if facts.body in bodies.UPLOADS else "application/json"
        described["requestBody"] = {"required": not facts.body_optional, "content": {media: body}}
    return {name: value for name, value in described.items() if value != []}


def _operation_id(facts: Operation, place: _Place) -> str:
    parts = [place.entity.plural if place.entity else "", facts.name, place.action.name if place.action else ""]
    return "_".join(part.replace("-", "_") for part in parts if part)


def _path_parameters(facts: Operation, place: _Place, samples: Samples) -> list[Schema]:
    found = []
    names = re.findall(r"{(\w+)}", place.path)
    if not names:
        return []
    if names[0] in _CODES:
        known: dict[str, Any] = samples.shaped(facts.name)
    else:
        known = samples.share(place.entity) if "share" in names and place.entity else {"id": _sample_id(facts, place, samples)}
    for name in names:
        described: Schema = {"name": name, "in": "path", "required": True}
        described["schema"] = {"type": "string", "format": "uuid"} if name not in _CODES else {"type": "string", "pattern": CODE}
        if known.get(name):
            described["example"] = known[name]
        found.append(described)
    return found


def _sample_id(facts: Operation, place: _Place, samples: Samples) -> str | None:
    if place.entity is None:
        return samples.own(facts.tag, _turn(facts))
    if place.action is not None:
        return samples.fitting(place.entity, place.action)
    return samples.binned(place.entity) if facts.name == "restore" else samples.nth(place.entity, _turn(facts))


def _turn(facts: Operation) -> int:
    return sorted({operation.name for operation in OPERATIONS.values()}).index(facts.name)


def _parameters(facts: Operation, about: bodies.About) -> list[Schema]:
    found: list[Schema] = []
    for param in facts.params:
        described: Schema = {
            "name": param.name,
            "in": "query",
            "description": str(param.description),
            **bodies.parameter(param, about),
        }
        found.append(described)
    return found


def _headers(facts: Operation, method: str, operation_id: str) -> list[Schema]:
    found: list[Schema] = []
    if facts.if_match:
        found.append({
            "name": "If-Match",
            "in": "header",
            "description": _("The ETag you read: when the record has changed since, you get 412 and both values."),
            "schema": {"type": "string", "pattern": r'^(W/)?"[0-9]{1,9}"$'},
        })
    if method == "POST":
        found.append({
            "name": "Idempotency-Key",
            "in": "header",
            "description": _("Any text of your own: the same key gets the same answer for 24 hours."),
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
            "example": f"{operation_id}-1",
        })
    if method != "GET":
        found.append({
            "name": "X-Reason",
            "in": "header",
            "description": _("Why this is done, for the audit log: percent-encoded UTF-8, at most 200 characters are kept."),
            "schema": {"type": "string"},
            "example": "moved%20to%20the%20new%20price%20list",
        })
    return found


def _responses(facts: Operation, about: bodies.About) -> dict[str, Any]:
    good: dict[str, Any] = {"description": _("Done.")}
    if facts.answer:
        good["content"] = {facts.media: {"schema": answers.ANSWERS[facts.answer](about)}}
    headers = {name: {"description": str(text), "schema": {"type": "string"}} for name, text in facts.headers.items()}
    if headers:
        good["headers"] = headers
    statuses = {*_ALWAYS, *facts.errors, *((413, 415, 422) if facts.body else ())}
    if facts.scope == "write":
        statuses |= {409, 422}
    if facts.if_match:
        statuses.add(412)
    problems = {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(statuses)}
    there = {"200": {**good, "description": _("It is there already.")}} if facts.once else {}
    if facts.later:
        there["202"] = {**good, "description": _("A job goes on with it: Location says where it can be followed.")}
    return {**there, str(facts.success): good, **problems}


def _components(kinds: Iterable[Entity[Any]], actor: Actor) -> dict[str, Any]:
    schemas: dict[str, Schema] = {"Problem": shapes.PROBLEM, **answers.COMPONENTS}
    for entity in kinds:
        name, policy = shapes.component(entity), policy_for(entity)
        schemas[name] = shapes.record(entity, actor)
        schemas[f"{name}Page"] = shapes.page_of(ref(name))
        if policy.may(actor, "create"):
            schemas[f"{name}New"] = shapes.given(entity, actor, new=True)
        if policy.may(actor, "edit"):
            schemas[f"{name}Change"] = shapes.given(entity, actor, new=False)
    return {
        "schemas": schemas,
        "responses": {
            f"Problem{status}": {
                "description": str(title),
                "content": {CONTENT_TYPE: {"schema": ref("Problem")}},
            }
            for status, title in TITLES.items()
        },
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": _("An API token: kith_…")},
            "session": {"type": "apiKey", "in": "cookie", "name": "kith_session"},
        },
    }


def _tags(kinds: Iterable[Entity[Any]]) -> list[Schema]:
    named = [{"name": entity.plural, "description": str(entity.labels)} for entity in kinds]
    first, *others = ({"name": name, "description": str(text)} for name, text in answers.TAGS.items())
    return [first, *named, *others]
