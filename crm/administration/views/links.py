"""The pages behind the links of letters: an invitation, a new password."""

from time import monotonic, sleep

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.administration.views.entrance import entrance, welcome
from crm.administration.views.letters import send_reset
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.identity.actions import (
    accept_invitation,
    check_invitation,
    check_reset,
    request_reset,
    reset_password,
)
from crm.kernel.identity.actions.passwords import LinkGone
from crm.kernel.identity.origin import origin_of
from crm.kernel.mail import actions as mail

#: Writing a letter takes time; whether one was written must not show in the time of the answer.
SAME_TIME_SECONDS = 0.25


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Name and password of somebody who was asked in."""
    try:
        invited = check_invitation(secret)
    except LinkGone as gone:
        return entrance(request, "link_gone", {"refusal": gone, "what": "invitation"})
    with translation.override(invited.language):
        name = request.POST.get("name", invited.name)
        context = {"invited": invited, "name": name}
        if request.method != "POST":
            return entrance(request, "accept", context)
        try:
            password = request.POST.get("password", "")
            return welcome(request, accept_invitation(secret, name, password, origin_of(request)))
        except Wrong as refusal:
            return entrance(request, "accept", context | {"refusal": refusal})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Asks for a letter with a reset link. The answer is the same whether somebody has the e-mail or not."""
    email = request.POST.get("email", "")
    started = monotonic()
    context = {"configured": mail.configured(), "email": email, "sent": False}
    if request.method != "POST" or not context["configured"]:
        return entrance(request, "forgotten", context)
    try:
        for letter in request_reset(email, origin_of(request)):
            send_reset(letter)
    except Refusal as refusal:
        return entrance(request, "forgotten", context | {"refusal": refusal})
    sleep(max(0.0, SAME_TIME_SECONDS - (monotonic() - started)))
    return entrance(request, "forgotten", context | {"sent": True})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, secret: str) -> HttpResponseBase:
    """A new password with the link of a letter."""
    try:
        context = {"email": check_reset(secret)}
        if request.method != "POST":
            return entrance(request, "reset", context)
        return welcome(request, reset_password(secret, request.POST.get("password", ""), origin_of(request)))
    except LinkGone as gone:
        return entrance(request, "link_gone", {"refusal": gone, "what": "reset"})
    except Wrong as refusal:
        return entrance(request, "reset", context | {"refusal": refusal})
