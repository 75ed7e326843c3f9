"""The edge of the API: one view per address that checks what all operations share, then calls the handler.

In this order: method (405 with Allow), actor (401), kind in the address (404), scope of the token (403), size of
the body (413), CSRF for browser sessions (403), query parameters (400), Idempotency-Key; every refusal leaves as
problem+json.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from crm.kernel.base.errors import NotAllowed, NotFound, Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.rest import scopes
from crm.kernel.rest.body import refuse_giants
from crm.kernel.rest.idempotency import once
from crm.kernel.rest.operation import OPERATIONS, Call, Handler
from crm.kernel.rest.params import read_params
from crm.kernel.rest.problems import of_refusal, problem
from crm.kernel.tenancy.parts import in_use

Methods = Mapping[str, Handler]


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def endpoint(**methods: Handler) -> Callable[..., HttpResponseBase]:
    """The view for one address: `endpoint(GET=list_records, POST=create_record)`."""

    def view(request: HttpRequest, **place: Any) -> HttpResponseBase:
        try:
            answer = _answer(request, methods, place)
        except Refusal as refusal:
            answer = of_refusal(refusal)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return csrf_exempt(view)


def _answer(request: HttpRequest, methods: Methods, place: dict[str, Any]) -> HttpResponseBase:
    actor = getattr(request, "actor", None)
    if actor is None or actor.id is None:
        detail = _("Send an API token: “Authorization: Bearer kith_…”.")
        return problem(401, "not-signed-in", detail, headers={"WWW-Authenticate": 'Bearer realm="Kith"'})
    if "plural" in place:
        place["entity"] = entity_of(place.pop("plural"))
    method = "GET" if request.method == "HEAD" else str(request.method)
    handler = methods.get(method)
    if handler is not None and not in_use(handler):
        raise NotFound
    if handler is None:
        allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])
        detail = _("This address knows %(methods)s.") % {"methods": allowed}
        return problem(405, "method-not-allowed", detail, headers={"Allow": allowed})
    facts = OPERATIONS[handler]
    scopes.require(actor.scopes, facts.scope, place["entity"].kind if "entity" in place else "")
    refuse_giants(request)
    _check_csrf(request, actor.kind)
    call = Call(request, actor, read_params(request.GET, facts.params))
    if method == "POST":
        return once(request, actor.id, lambda: handler(call, **place))
    return handler(call, **place)


def entity_of(plural: str) -> Entity[Any]:
    """The kind named in the address; raises `NotFound`."""
    found = registry.plural(plural)
    if found is None:
        raise NotFound(_("There is no record kind of this name."))
    return found


def _check_csrf(request: HttpRequest, actor_kind: str) -> None:
    """A cookie travels by itself, so a browser session must also show the CSRF token; a bearer token need not."""
    if actor_kind == "token" or request.method in ("GET", "HEAD"):
        return
    check = _Csrf(lambda _request: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda *_a, **_k: HttpResponse(), (), {}) is not None:
        raise NotAllowed(_("Send the header X-CSRFToken with the value of the CSRF cookie, or use an API token."))
