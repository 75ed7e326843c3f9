"""Signing in and out, and the language of the pages before it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm.kernel.base.errors import Refusal
from crm.kernel.base.ids import as_uuid
from crm.kernel.identity.actions import choose_workspace, sign_in, sign_out
from crm.kernel.identity.keys import COOKIE, read_link
from crm.kernel.identity.middleware import set_session_cookie
from crm.kernel.identity.models.people import Language
from crm.kernel.identity.origin import origin_of

_YEAR = 365 * 24 * 3600


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponseBase:
    """E-mail and password; several workspaces are offered for choice."""
    given = request.POST if request.method == "POST" else request.GET
    context = {name: given.get(name, "") for name in ("next", "workspace", "email")}
    context["next"] = inside(context["next"])
    if request.method != "POST":
        return entrance(request, "sign_in", context)
    try:
        signed = sign_in(
            given.get("email", ""), given.get("password", ""), origin_of(request), given.get("workspace", "")
        )
    except Refusal as refusal:
        return entrance(request, "sign_in", context | {"refusal": refusal})
    if signed.cookie:
        return welcome(request, signed.cookie, context["next"])
    return entrance(request, "choose", context | {"entries": signed.entries, "proof": signed.proof})


@never_cache
@require_POST
def choose(request: HttpRequest) -> HttpResponseBase:
    """The workspace, after a password that fits several."""
    try:
        cookie = choose_workspace(
            request.POST.get("proof", ""), as_uuid(request.POST.get("workspace", "")), origin_of(request)
        )
    except Refusal as refusal:
        return entrance(request, "sign_in", {"refusal": refusal, "next": "", "workspace": "", "email": ""})
    return welcome(request, cookie, inside(request.POST.get("next", "")))


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponseBase:
    """Ends the session."""
    sign_out(read_link(request.COOKIES.get(COOKIE)))
    response = HttpResponseRedirect("/sign-in")
    response.delete_cookie(COOKIE, path="/", samesite="Lax")
    response["Clear-Site-Data"] = '"cache"'
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """The language of the pages before signing in; afterwards the person's own setting counts."""
    response = HttpResponseRedirect(inside(request.POST.get("next", "")) or "/sign-in")
    chosen = request.POST.get("language", "")
    if chosen in Language.values:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=_YEAR, samesite="Lax", httponly=True)
    return response


def entrance(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """One of the pages before signing in."""
    refusal: Refusal | None = context.get("refusal")
    wrong = refusal.fields if refusal is not None else {}
    frame = {"languages": Language.choices, "wrong": wrong, "refusal": None, "host": request.get_host(),
             "language_code": get_language()}
    status = refusal.status if refusal is not None else 200
    response = render(request, f"administration/{template}.jinja", frame | dict(context), status=status)
    wait = getattr(refusal, "retry_after", None)
    if wait is not None:
        response["Retry-After"] = str(wait)
    # Not "no-referrer": browsers then send "Origin: null" with the form, which the CSRF check refuses.
    response["Referrer-Policy"] = "same-origin"
    return response


def welcome(request: HttpRequest, cookie: str, target: str = "") -> HttpResponseBase:
    """Signs the browser in with a fresh session; one it had before ends."""
    sign_out(read_link(request.COOKIES.get(COOKIE)))
    rotate_token(request)
    response = HttpResponseRedirect(target or "/")
    set_session_cookie(request, response, cookie)
    return response


def inside(target: str) -> str:
    """An address of ours, or nothing."""
    ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if ours and not target.startswith("/sign-") else ""
