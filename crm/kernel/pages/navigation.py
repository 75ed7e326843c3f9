"""The menu: the record kinds which ask for a place in it, and what parts contribute."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.approval.queries import count_to_decide
from crm.kernel.entity.registry import registry
from crm.kernel.pages import looks
from crm.kernel.saved.queries import pinned
from crm.kernel.tenancy.parts import in_use, off

Words = str | Promise

#: The groups of the rail, in order. "work" stands on top without a heading.
GROUPS: dict[str, Words] = {
    "work": "",
    "customers": _("Customers"),
    "understand": _("Understand"),
    "setup": _("Set up"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `go` is the letter after G, `below` [(name, address)] the saved views which stand under it, `count` how many
    wait there for a person: the menu is kept, so whoever changes that number calls `bump_looks`."""

    label: Words
    url: str
    icon: str
    group: str = "work"
    order: int = 50
    needs: str | None = None
    key: str = ""
    go: str = ""
    below: tuple[tuple[str, str], ...] = ()
    count: Callable[[Any], int] | None = None


_ENTRIES: list[Entry] = []


def entry(label: Words, url: str, icon: str, **facts: Any) -> Entry:
    """Contributes a line to the menu (from a part's `entities.py`). `needs` is the permission without which it is absent."""
    made = Entry(label, url, icon, **facts)
    _ENTRIES[:] = [*(old for old in _ENTRIES if old.url != url), made]
    return made


def entries(actor: Any) -> list[Entry]:
    """All lines that this actor sees, in order."""
    found = [one for one in _ENTRIES if (one.needs is None or actor.may(one.needs)) and _there(one.url)]
    for kind in registry.all():
        if kind.menu and policy_for(kind).may(actor, "view"):
            where = "pages.board" if kind.board else "pages.list"
            found.append(
                Entry(
                    kind.labels,
                    reverse(where, kwargs={"entity": kind}),
                    kind.icon,
                    kind.menu,
                    kind.menu_order,
                    key=kind.plural,
                    go=kind.plural[0],
                    below=tuple((one.name, looks.address(kind, one)) for one in pinned(kind)),
                )
            )
    return sorted(found, key=lambda one: (list(GROUPS).index(one.group) if one.group in GROUPS else 9, one.order))


def _there(url: str) -> bool:
    """Whether the page belongs to a part that the workspace uses."""
    if not off():
        return True
    try:
        return in_use(resolve(url.partition("?")[0]).func)
    except Resolver404:
        return False


def grouped(actor: Any) -> list[tuple[Words, list[Entry]]]:
    """[(heading, lines)] of the groups that are not empty."""
    lines = entries(actor)
    return [(label, [one for one in lines if one.group == key]) for key, label in GROUPS.items() if any(one.group == key for one in lines)]


entry(_("My day"), "/", "sun", order=0, key="home", go="h")
entry(_("Waiting for approval"), "/pending/", "shield", order=8, key="pending", count=count_to_decide)
entry(_("My changes"), "/changes/", "undo", group="setup", order=85, key="acts")
entry(_("Bin"), "/bin/", "trash", group="setup", order=90, key="bin")
