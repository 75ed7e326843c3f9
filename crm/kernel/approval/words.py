"""What happened to a change that waits, in words; and what the offices are called."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.approval.models import Approver, PendingChange, State
from crm.kernel.base.errors import Words
from crm.kernel.entity.custom.protection import ADMINISTRATORS, CUSTOMER
from crm.kernel.identity import role_words
from crm.kernel.identity.models import Role, Team, User
from crm.kernel.tenancy.scope import once

#: {what: sentence} of the trail; `who` is whoever did it, the others are facts of the line.
TRAIL: Mapping[str, Words] = {
    "asked": gettext_lazy("%(who)s asked for it"),
    "sent": gettext_lazy("%(who)s sent the link to %(address)s"),
    "reminded": gettext_lazy("%(address)s was reminded"),
    "opened": gettext_lazy("%(address)s opened the link, from %(whence)s"),
    "agreed": gettext_lazy("%(who)s agreed"),
    "agreed_for": gettext_lazy("%(who)s agreed for %(absent)s"),
    "agreed_link": gettext_lazy("%(address)s agreed by the link, from %(whence)s"),
    "agreed_code": gettext_lazy("%(address)s agreed on the phone, by the code that %(who)s typed in"),
    "refused": gettext_lazy("%(who)s refused"),
    "refused_for": gettext_lazy("%(who)s refused for %(absent)s"),
    "refused_link": gettext_lazy("%(address)s refused by the link, from %(whence)s"),
    "approved": gettext_lazy("The new value is in force"),
    "overridden": gettext_lazy("%(who)s put it in force without approval"),
    "stuck": gettext_lazy("It could not be put in force: %(why)s"),
    "withdrawn": gettext_lazy("%(who)s withdrew it"),
    "expired": gettext_lazy("Nobody decided in time"),
    "superseded": gettext_lazy("Another change of the same field came into force"),
}


def office(who: str, inside: bool = False) -> str:
    """What an office of a rule is called; `inside` a sentence."""
    if who == CUSTOMER:
        return _("the customer") if inside else _("The customer")
    if who == ADMINISTRATORS:
        return _("an administrator") if inside else _("An administrator")
    sort, _colon, pk = who.partition(":")
    return once(("office", who), lambda: _office(sort, pk))


def _office(sort: str, pk: str) -> str:
    if sort == "role":
        role = Role.objects.filter(pk=pk).first()
        return _("Role “%(name)s”") % {"name": role_words.name_of(role)} if role is not None else _("A role that is gone")
    if sort == "team":
        team = Team.objects.filter(pk=pk).first()
        return _("Team “%(name)s”") % {"name": team.name} if team is not None else _("A team that is gone")
    person = User.objects.filter(pk=pk).first()
    return person.name if person is not None else _("Somebody who is gone")


def waits_for(change: PendingChange, rows: Iterable[Approver]) -> str:
    """Whom a change waits for now: "Waits for the customer"."""
    open_ = [one for one in rows if not one.answer]
    if not open_:
        return _("Waits to be put in force")
    if change.rule.get("in_order"):
        open_ = open_[:1]
    if [one.who for one in open_] == [CUSTOMER]:
        return _("Waits for the customer")
    return _("Waits for %(offices)s") % {"offices": _(" or ").join(office(one.who, inside=True) for one in open_)}


def told(what: str, who: str, facts: Mapping[str, str]) -> str:
    """One line of the trail."""
    sentence = TRAIL.get(what)
    known = {"address": _("The customer"), "whence": "?", "absent": "?", "why": "", **facts, "who": who or "Kith"}
    return str(sentence) % known if sentence is not None else what


def state(change: PendingChange) -> str:
    """How it ended, or that it waits."""
    return str(State(change.state).label)


def names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """{person: name}."""
    return dict(User.objects.filter(pk__in=set(ids)).values_list("pk", "name"))
