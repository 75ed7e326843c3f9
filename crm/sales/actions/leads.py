"""The named writes of leads: take, qualify, set aside, give back to the pool, let come back."""

import datetime
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.entity import fields as f
from crm.kernel.identity.actor import Actor
from crm.kernel.records.actions import action, entity_of
from crm.kernel.records.pipeline import carrying
from crm.kernel.records.writing import change, change_each, locked
from crm.kernel.tenancy.scope import because
from crm.sales.actions.assignment import assign
from crm.sales.models import Lead, LeadHabits, LeadRound
from crm.sales.models.lead import OPEN, LeadReason, LeadStatus


def _is(*states: str):  # type: ignore[no-untyped-def]
    return lambda lead: lead.status in states


def _changed(lead: Lead, values: dict[str, object]) -> Lead:
    made: Lead = change(entity_of(lead), lead.pk, values)
    return made


@action(Lead, label=_("Take it"), icon="hand", when=lambda lead: lead.owner_id is None and lead.status in OPEN)
def take(lead: Lead, *, actor: Actor) -> Lead:
    """Out of the pool: the lead is mine, and I work on it."""
    if actor.id is None:
        raise Wrong(_t("Only a person takes a lead."))
    return _changed(lead, {"owner": actor.id, "team": actor.team_id or lead.team_id, "status": LeadStatus.WORKING})


@action(Lead, label=_("Qualified"), icon="check", when=_is(LeadStatus.NEW, LeadStatus.WORKING))
def qualify(lead: Lead, *, actor: Actor) -> Lead:
    """The need is real: the lead waits for its conversion."""
    return _changed(lead, {"status": LeadStatus.QUALIFIED})


@action(
    Lead,
    label=_("Let it come back later"),
    icon="snooze",
    when=_is(*OPEN),
    reason=f.Choice(_("Reason"), LeadReason, required=True),
    comes_back_on=f.Date(_("Comes back on"), required=True),
    note=f.Text(_("More on the reason"), longest=400),
)
def recycle(lead: Lead, *, actor: Actor, reason: str, comes_back_on: datetime.date, note: str | None = None) -> Lead:
    """Back to the pool, out of sight until its day: the round and its reason are kept."""
    values: dict[str, object] = {
        "status": LeadStatus.RECYCLED,
        "reason": reason,
        "reason_note": note,
        "comes_back_on": comes_back_on,
        "owner": None,
    }
    _end_round(lead, reason, note or "", comes_back_on)
    return _changed(lead, values)


@action(
    Lead,
    label=_("Not a fit"),
    icon="x",
    when=_is(*OPEN, LeadStatus.RECYCLED),
    reason=f.Choice(_("Reason"), LeadReason, required=True),
    note=f.Text(_("More on the reason"), longest=400),
)
def disqualify(lead: Lead, *, actor: Actor, reason: str, note: str | None = None) -> Lead:
    """Nothing will come of it; the reason is kept."""
    return _changed(lead, {"status": LeadStatus.DISQUALIFIED, "reason": reason, "reason_note": note})


@action(Lead, label=_("Back to the pool"), icon="undo", when=lambda lead: lead.status != LeadStatus.CONVERTED and not _waits(lead))
def to_pool(lead: Lead, *, actor: Actor) -> Lead:
    """Without an owner and new again, now: a new round, and the rules of assignment decide afresh."""
    return back_to_pool([lead.pk], LeadReason.OTHER)[0]


def _waits(lead: Lead) -> bool:
    return lead.owner_id is None and lead.status == LeadStatus.NEW


def back_to_pool(ids: Sequence[UUID], reason: str = "") -> list[Lead]:
    """These leads begin a new round: new, without an owner, given to whom the rules say. Answers them as they are then."""
    entity = entity_of(Lead())
    rows = {}
    for lead in locked(entity, ids, "edit"):
        if lead.status != LeadStatus.RECYCLED:
            _end_round(lead, reason, "", None)
        rows[lead.pk] = {"status": LeadStatus.NEW, "owner": None, "comes_back_on": None, "round": (lead.round or 1) + 1}
    with carrying(("round",)):
        done = change_each(entity, rows)
    for one in done.values():
        if isinstance(one, Exception):
            raise one
    leads = [done[pk] for pk in ids]
    assign(leads)
    return leads


def _end_round(lead: Lead, reason: str, note: str, comes_back_on: datetime.date | None) -> None:
    LeadRound(
        lead_id=lead.pk,
        number=lead.round or 1,
        owner_id=lead.owner_id,
        began_at=_began(lead),
        ended_at=now(),
        reason=reason,
        note=note,
        comes_back_on=comes_back_on,
    ).save(force_insert=True)


def _began(lead: Lead) -> datetime.datetime:
    last = LeadRound.objects.filter(lead_id=lead.pk).order_by("-number", "-id").values_list("ended_at", flat=True).first()
    return last or lead.created_at


def give_back(ids: Iterable[UUID], days: int) -> None:
    """Leads with which nothing has happened for so many days go back to the pool."""
    with because(_t("nothing happened for %(days)s days") % {"days": days}):
        back_to_pool(list(ids), LeadReason.QUIET)


def let_come_back(ids: Iterable[UUID]) -> None:
    """Leads whose day has come are in the pool again."""
    with because(_t("its day to come back")):
        back_to_pool(list(ids))


def set_idle_days(days: int) -> None:
    """After so many days without activity leads go back to the pool; 0 keeps them. Raises Wrong outside 0 to 1000."""
    if not 0 <= days <= 1000:
        raise Wrong(fields={"idle_days": [_t("Between 0 and 1,000 days.")]})
    LeadHabits.objects.update_or_create(singleton=True, defaults={"idle_days": days})
