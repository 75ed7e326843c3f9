"""Reads about leads: the rules of assignment, their rounds, what is due to go back to the pool."""

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from crm.customers.models import Activity
from crm.kernel.access.policy import visible
from crm.kernel.entity.registry import registry
from crm.sales.models import AssignmentRule, DealCompetitor, Lead, LeadHabits, LeadRound, Turn
from crm.sales.models.lead import OPEN, LeadStatus


def rules(retired: bool = False) -> list[AssignmentRule]:
    """The rules of assignment in their order."""
    found = AssignmentRule.objects.filter(deleted_at=None).order_by("position", "id").select_related("person", "to_team")
    return [one for one in found if retired or not one.retired]


def turns_of(rule_ids: Sequence[UUID]) -> dict[UUID, list[Turn]]:
    """{rule: the people who take turns, in their order}"""
    found: dict[UUID, list[Turn]] = {}
    for one in Turn.objects.filter(rule_id__in=rule_ids).select_related("user").order_by("place", "id"):
        found.setdefault(one.rule_id, []).append(one)
    return found


def rounds_of(lead: Lead) -> list[LeadRound]:
    """The rounds that are over, the last one first."""
    return list(LeadRound.objects.filter(lead_id=lead.pk).select_related("owner").order_by("-number", "-id"))


def idle_days() -> int:
    """After so many days without activity a lead goes back to the pool; 0: never."""
    return LeadHabits.objects.values_list("idle_days", flat=True).first() or 0


def idle(before: datetime.datetime, limit: int) -> list[UUID]:
    """Leads that have an owner and with which nothing has happened since that moment."""
    lately = Activity.objects.filter(Q(done_at__gte=before) | Q(created_at__gte=before), record_id=OuterRef("pk"), deleted_at=None)
    rows = Lead.objects.filter(status__in=OPEN, moved_at__lt=before, owner_id__isnull=False, deleted_at=None)
    return list(rows.filter(~Exists(lately)).order_by("moved_at", "id").values_list("pk", flat=True)[:limit])


def due_back(day: datetime.date, limit: int) -> list[UUID]:
    """Leads whose day to come back is here."""
    rows = Lead.objects.filter(status=LeadStatus.RECYCLED, comes_back_on__lte=day, deleted_at=None)
    return list(rows.order_by("comes_back_on", "id").values_list("pk", flat=True)[:limit])


def rivals_of(deal_id: UUID) -> list[DealCompetitor]:
    """Who else wants the deal, as far as the actor may see them."""
    entity = registry.kind("deal_competitor")
    assert entity is not None
    return list(visible(entity).filter(opportunity_id=deal_id).select_related("account").order_by("created_at", "id"))
