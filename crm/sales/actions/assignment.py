"""Giving leads without an owner to somebody: the rules in their order, and what is kept of it."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.entity import fields as f
from crm.kernel.entity.filter import Asker, compile_filter, parse_text
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import User
from crm.kernel.outbox.publishing import publish_many
from crm.kernel.records.actions import action, entity_of
from crm.kernel.records.writing import complete
from crm.kernel.tenancy.scope import because, current_actor
from crm.sales.events import LeadsGiven, LeadsPooled
from crm.sales.models import AssignmentRule, Lead, Turn
from crm.sales.models.assignment import AssignTo
from crm.sales.queries.leads import rules

logger = logging.getLogger("kith.sales")
_GIVEN = ("owner_id", "team_id", "assigned_by_id", "moved_at")


def assign(leads: Sequence[Lead]) -> None:
    """Gives leads that this transaction has made or put back to whom the first fitting rule says; tells the new owners.

    Leads that no rule fits stay as they are.
    """
    left = {lead.pk: lead for lead in leads}
    for rule in rules() if left else []:
        mine = [left[pk] for pk in meeting(rule, left)]
        if not mine or not _hand_out(rule, mine):
            continue
        for lead in mine:
            del left[lead.pk]
        with because(_t("assigned by rule “%(rule)s”") % {"rule": rule.name}):
            complete(entity_of(mine[0]), mine, _GIVEN)
        tell(mine, rule)


def meeting(rule: AssignmentRule, leads: Iterable[UUID]) -> list[UUID]:
    """Those of the leads which the rule's condition fits, in their order. A condition that cannot be read fits none."""
    entity = entity_of(Lead())
    try:
        node = parse_text(rule.condition) if rule.condition else None
        wanted = compile_filter(node, entity, Asker(Reading.of(current_actor()), seen=lambda other: Q(deleted_at=None)))
    except Wrong as refusal:
        logger.warning("the rule of assignment %s is passed over: %s", rule.pk, refusal)
        return []
    asked = list(leads)
    found = set(Lead.objects.filter(wanted, pk__in=asked).values_list("pk", flat=True))
    return [pk for pk in asked if pk in found]


def _hand_out(rule: AssignmentRule, leads: Sequence[Lead]) -> bool:
    """False where nobody is there to whom the rule gives: the next rule is asked then."""
    people = _people(rule, len(leads))
    stamp = now()
    if not people and rule.to != AssignTo.TEAM:
        return False
    for place, lead in enumerate(leads):
        lead.assigned_by_id, lead.moved_at = rule.pk, stamp
        if rule.to == AssignTo.TEAM:
            lead.owner_id, lead.team_id = None, rule.to_team_id
        else:
            person = people[place % len(people)]
            lead.owner_id, lead.team_id = person.pk, person.team_id
    return True


def _people(rule: AssignmentRule, many: int) -> list[User]:
    """Who gets the next leads, in turn. The turns are locked, so that two at once do not both go to the same person."""
    if rule.to == AssignTo.PERSON:
        return list(User.objects.filter(pk__in=[rule.person_id], is_active=True))
    if rule.to != AssignTo.TURNS:
        return []
    turns = list(Turn.objects.filter(rule_id=rule.pk, user__is_active=True).select_for_update(of=("self",)).select_related("user"))
    turns.sort(key=lambda turn: (turn.last, turn.place))
    number = max((turn.last for turn in turns), default=0)
    for place in range(many if turns else 0):
        turns[place % len(turns)].last = number + 1 + place
    Turn.objects.bulk_update(turns, ["last"])
    return [turn.user for turn in turns]


def tell(leads: Sequence[Lead], rule: AssignmentRule | None = None) -> None:
    """News for those who have got leads from somebody else: one line, however many."""
    by, me = current_actor().name, current_actor().id
    given: dict[UUID, list[Lead]] = {}
    pooled: dict[UUID, list[Lead]] = {}
    for lead in leads:
        if lead.owner_id and lead.owner_id != me:
            given.setdefault(lead.owner_id, []).append(lead)
        elif lead.owner_id is None and lead.team_id and rule is not None:
            pooled.setdefault(lead.team_id, []).append(lead)
    name = rule.name if rule is not None else ""
    publish_many(
        [LeadsGiven(record=some[0].pk, user=user, by=by, rule=name, text=some[0].name, many=len(some)) for user, some in given.items()]
    )
    publish_many([LeadsPooled(record=some[0].pk, team=team, rule=name, text=some[0].name, many=len(some)) for team, some in pooled.items()])


@action(
    AssignmentRule,
    label=_("Set who takes turns"),
    icon="people",
    people=f.LongText(_("People"), help=_("E-mail addresses with commas between them.")),
)
def take_turns(assignment_rule: AssignmentRule, *, actor: Actor, people: str | None = None) -> AssignmentRule:
    """The people among whom the rule deals out leads, by e-mail address, in their order."""
    wanted = [part.strip().casefold() for part in (people or "").replace("，", ",").replace("\n", ",").split(",") if part.strip()]
    found = {user.email.casefold(): user for user in User.objects.filter(is_active=True, email__in=wanted)}
    missing = [one for one in wanted if one not in found]
    if missing:
        raise Wrong(fields={"people": [_t("Nobody here has the address %(address)s.") % {"address": missing[0]}]})
    set_turns(assignment_rule, [found[one].pk for one in wanted])
    return assignment_rule


def set_turns(rule: AssignmentRule, people: Sequence[UUID]) -> None:
    """These people take turns from now on; who did so before keeps the place in the queue."""
    kept = list(dict.fromkeys(people))
    Turn.objects.filter(rule_id=rule.pk).exclude(user_id__in=kept).delete()
    there: dict[Any, Turn] = {turn.user_id: turn for turn in Turn.objects.filter(rule_id=rule.pk)}
    for place, user in enumerate(kept):
        if user in there:
            Turn.objects.filter(pk=there[user].pk).update(place=place)
        else:
            Turn(rule_id=rule.pk, user_id=user, place=place).save(force_insert=True)
