"""How a refusal is answered: a page, a fragment for htmx, or problem+json for programs."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Refusal

API = ("/api/v1", "/api/openapi.json")


class NotSignedIn(Refusal):
    """No valid session or token came with the request."""

    status = 401
    code = "not-signed-in"
    title = _("Sign in first.")


class PageTooOld(Refusal):
    """The form's token is missing or not of this browser: forged, or the page was open through a sign-in."""

    status = 403
    code = "page-too-old"
    title = _("This page was open for a long time. Load it again, then repeat what you did.")


def noted(refusal: Refusal) -> HttpResponse:
    """A response in whose place the edge puts the refusal's words, once the transaction is rolled back."""
    response = HttpResponse(status=refusal.status)
    response.refusal = refusal  # type: ignore[attr-defined]
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    return noted(PageTooOld())


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The response for a refusal. Runs after the refused transaction was rolled back."""
    if is_api(request):
        response = _problem(refusal)
    elif is_fragment(request):
        response = _toast(refusal)
    else:
        response = render(request, "pages/refusal.jinja", {"refusal": refusal}, status=refusal.status)
    wait = getattr(refusal, "retry_after", None)
    if wait is not None:
        response["Retry-After"] = str(wait)
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Kith"'
    return response


def _toast(refusal: Refusal) -> HttpResponse:
    """Leaves the page as it is and says the sentence beside it."""
    said = " ".join(str(text) for words in refusal.fields.values() for text in words) or str(refusal.message)
    trigger = json.dumps({"toast": {"text": said, "tone": "bad"}})
    return HttpResponse(status=refusal.status, headers={"HX-Reswap": "none", "HX-Trigger": trigger})


def _problem(refusal: Refusal) -> HttpResponse:
    body: dict[str, Any] = {
        "type": f"/api/docs#problem-{refusal.code}",
        "title": str(refusal.title),
        "status": refusal.status,
        "detail": str(refusal.message),
        "code": refusal.code,
        "fields": {name: [str(text) for text in said] for name, said in refusal.fields.items()},
    }
    values = getattr(refusal, "values", None)
    if values:
        body["values"] = values
    content = json.dumps(body, default=str, ensure_ascii=False)
    return HttpResponse(content, status=refusal.status, content_type="application/problem+json")
