"""What stands around every page: menu, kinds that can be created, unread count, theme."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.registry import registry
from crm.kernel.notify import queries as notices
from crm.kernel.pages import navigation
from crm.kernel.pages.wording import actor
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id, once
from crm.kernel.tenancy.settled import settled

_UNREAD = "_kith_unread"
#: Stands in kept text for each answer's own token.
_CSRF = "<csrf>"


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


@pass_context
def around(context: Context, part: str) -> Markup:
    """The menus that stand around every page ("side", "low", "menus", "me"), the page that is open marked in them.

    They are put together once for a person and language, and again after a change of kinds, rights or saved views.
    """
    who = actor()
    if who is None:
        return Markup("")
    names = context.environment.get_template(f"ui/around_{part}.jinja")
    text: str = settled(("around", part, who.id, get_language()), lambda: names.render(csrf_input=Markup(_CSRF)))
    look, here = context.get("look"), context.get("here", "")
    view = look.view if look is not None else None
    marked = {str(view.pk)} if view is not None else set()
    if not (view is not None and look.mark("pinned")):
        marked.add(here)
    for key in marked - {""}:
        text = text.replace(f'data-nav="{key}"', f'data-nav="{key}" aria-current="page"')
    if part == "menus":
        text = _usual_new(text, here)
    if part == "me":
        text = text.replace(_CSRF, str(context["csrf_input"]))
    return Markup(text)


def _usual_new(text: str, here: str) -> str:
    """The kind that is open is what the key C makes; elsewhere the first."""
    mine = f'data-new="{here}"'
    mine = mine if mine in text else "data-new="
    return text.replace(mine, f"data-create-default {mine}", 1)


def workspace_name() -> str:
    """Of the ambient workspace; "Kith" before signing in."""
    if actor() is None:
        return "Kith"
    return settled("workspace name", lambda: Workspace.objects.values_list("name", flat=True).get(pk=current_workspace_id()))


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


def record_kinds() -> list[str]:
    """What stands first in the address of a record: the plural names of the kinds."""
    return [] if actor() is None else [kind.plural for kind in registry.all()]


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
