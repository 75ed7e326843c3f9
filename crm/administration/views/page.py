"""What the settings' pages share: the frame, and forms that come back with what was wrong."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from crm.administration.views.sections import SECTIONS, sections_for
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal
from crm.kernel.identity import role_words
from crm.kernel.identity.actor import Actor
from crm.kernel.pages import toasts
from crm.kernel.tenancy.scope import current_actor


def section(request: HttpRequest, key: str, **context: Any) -> HttpResponse:
    """A page of the settings. `refusal` in the context: what was wrong with the form; it comes back with its status.
    `template` names another one than the key does, with its folder where it is of another part."""
    refusal: Refusal | None = context.get("refusal")
    wrong = refusal.fields if refusal is not None else {}
    frame = {
        "sections": sections_for(current_actor()), "section": next(one for one in SECTIONS if one.key == key),
        "role_name": role_words.name_of, "role_purpose": role_words.purpose_of,
        "here": "settings", "wrong": wrong, "refusal": refusal, "sent": request.POST,
    }
    template = str(context.pop("template", key.replace("-", "_")))
    template = f"{template if '/' in template else f'administration/{template}'}.jinja"
    return render(request, template, frame | context, status=refusal.status if refusal is not None else 200)


def need(name: str) -> Actor:
    """The actor, when the section is theirs. Who may administer nothing is not told what there is."""
    actor: Actor = current_actor()
    if actor.may(name):
        return actor
    if any(one.needs and actor.may(one.needs) for one in SECTIONS):
        raise NotAllowed
    raise NotFound(_("There is nothing at this address, or it is not shared with you."))


def done(url: str, said: Any) -> HttpResponseBase:
    """Back to a page, which tells in a toast what was done."""
    return toasts.later(HttpResponseRedirect(url), str(said))
