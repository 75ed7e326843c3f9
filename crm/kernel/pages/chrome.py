"""What stands around every page: menu, kinds that can be created, unread count, theme."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from jinja2 import pass_context
from jinja2.runtime import Context

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.registry import registry
from crm.kernel.notify import queries as notices
from crm.kernel.pages import navigation
from crm.kernel.pages.wording import actor
from crm.kernel.tenancy.backend.lasting import lasting
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id, once

_UNREAD = "_kith_unread"


def menu() -> list[Any]:
    """[(heading, lines)]; empty before signing in."""
    who = actor()
    return once(("menu", id(who)), lambda: navigation.grouped(who)) if who is not None else []


def goes() -> list[Any]:
    """The lines of the menu which have a letter after G."""
    return [line for _heading, lines in menu() for line in lines if line.go]


def creatable() -> list[Any]:
    """The kinds which this person may create and which stand in the menu."""
    who = actor()

    def may() -> list[Any]:
        kinds = [kind for kind in registry.all() if kind.menu and policy_for(kind).may(who, "create")]
        return sorted(kinds, key=lambda kind: (kind.menu != "customers", kind.menu_order))

    return once(("creatable", id(who)), may) if who is not None else []


@pass_context
def unread(context: Context) -> int:
    """How many notifications wait; asked once a page, though the page says it in three places."""
    who, request = actor(), context.get("request")
    if who is None or not who.id:
        return 0
    known: int | None = getattr(request, _UNREAD, None)
    if known is None:
        known = notices.unread_count(who.id)
        if request is not None:
            setattr(request, _UNREAD, known)
    return known


def workspace_name() -> str:
    """Of the ambient workspace; "Kith" before signing in."""
    if actor() is None:
        return "Kith"
    rows = lasting(("workspace",), lambda one: Workspace.objects.filter(pk=one).values_list("name", flat=True), current_workspace_id())
    return str(next(iter(rows)))


def theme() -> str:
    """light, dark or system."""
    return getattr(actor(), "theme", None) or "system"


def density() -> str:
    return getattr(actor(), "density", None) or "normal"


def phone_kinds() -> list[Any]:
    """The two kinds which the phone's bottom bar offers."""
    who = actor()
    kinds = [] if who is None else [kind for kind in registry.all() if kind.menu and policy_for(kind).may(who, "view")]
    return sorted(kinds, key=lambda kind: (kind.menu != "customers", kind.menu_order))[:2]


def my_links() -> list[tuple[Any, str]]:
    """[(label, address)] of the person's own pages, where their part is there."""
    found = []
    for label, name in ((_("Profile and access"), "settings.profile"),):
        try:
            found.append((label, reverse(name)))
        except NoReverseMatch:
            continue
    return found


def shaping(kind: str) -> str:
    """The address where fields and layout of a kind are set; "" for who may not, and where that part is not there."""
    who = actor()
    if who is None or not who.may("administration.kinds"):
        return ""
    try:
        return reverse("settings.kind", kwargs={"kind": kind})
    except NoReverseMatch:
        return ""
