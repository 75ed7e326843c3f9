"""One operation of the API, declared once: the endpoint checks by it and the OpenAPI document is written from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise

from crm.kernel.entity.entity import Entity
from crm.kernel.identity.actor import Actor
from crm.kernel.rest.params import Param

Words = str | Promise
Handler = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Call:
    """What a handler gets: the request, who asks, and the query parameters, parsed."""

    request: HttpRequest
    actor: Actor
    query: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """Facts about one handler.

    `scope`: what a token must carry, "read" or "write". `verb`: the right on the kind (on any kind, where the
    address names none) without which the operation is left out of the asker's document. `tag`: the chapter of
    operations without a kind. `if_match`: the header If-Match is honoured. `body` and `answer` name a schema of
    `openapi.bodies` and `openapi.answers`; `success` is the status of the good answer; with `once` 200 says that what is sent
    was there already; with `later` 202 says that a job goes on with it. `fits`: the kinds which have it; for
    others it is left out of the document and refused in words. `needs`: the named right without which it is left out, too.
    """

    name: str
    summary: Words
    scope: str
    verb: str = ""
    params: tuple[Param, ...] = ()
    body: str = ""
    body_optional: bool = False
    answer: str = ""
    success: int = 200
    once: bool = False
    later: bool = False
    media: str = "application/json"
    errors: tuple[int, ...] = ()
    if_match: bool = False
    tag: str = "workspace"
    needs: str = ""
    fits: Callable[[Entity[Any]], bool] = field(default=lambda entity: True)
    headers: Mapping[str, str] = field(default_factory=dict)


OPERATIONS: dict[Handler, Operation] = {}


def operation(summary: Words, *, name: str, scope: str, **facts: Any) -> Callable[[Handler], Handler]:
    """Declares the facts of a handler (see `Operation`); the handler stays a plain function."""

    def declare(handler: Handler) -> Handler:
        OPERATIONS[handler] = Operation(name=name, summary=summary, scope=scope, **facts)
        return handler

    return declare
