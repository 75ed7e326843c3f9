"""What leads score, and why: the rules that hold, and those which a lead meets."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Asker, compile_filter, parse_text
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records.reading import called
from crm.kernel.tenancy.scope import current_actor
from crm.sales.models import Lead, ScoreRule
from crm.sales.queries.carried import kind_of

logger = logging.getLogger("kith.sales")


@dataclass(frozen=True, slots=True)
class Reason:
    """Points, and the rule they come from; a rule that asks for what the reader may not see is not named."""

    name: str
    points: int
    rule: UUID | None


def score_rules() -> list[ScoreRule]:
    """The rules that hold, those with most points first."""
    rules = [one for one in ScoreRule.objects.filter(deleted_at=None).order_by("name_sort", "id") if not one.retired]
    return sorted(rules, key=lambda one: -abs(one.points or 0))


def scores(ids: Sequence[UUID]) -> dict[UUID, int]:
    """{lead: its score}, with one statement whatever the number of rules and leads."""
    rules = [(rule, wanted) for rule in score_rules() if (wanted := _wanted(rule)) is not None]
    return {pk: sum(rule.points or 0 for (rule, _q), met in zip(rules, mets, strict=True) if met) for pk, *mets in _met(rules, ids)}


def reasons(lead: Lead) -> list[Reason]:
    """Why a lead has its score, for the reader."""
    rules = [(rule, wanted) for rule in score_rules() if (wanted := _wanted(rule)) is not None]
    mets = next(iter(_met(rules, [lead.pk])), (lead.pk,))[1:]
    found = []
    for (rule, _q), met in zip(rules, mets, strict=False):
        if met:
            shared = may_read(rule.condition or "")
            found.append(Reason(called(rule) if shared else _("Not shared with you"), rule.points or 0, rule.pk if shared else None))
    return found


def may_read(condition: str) -> bool:
    """Whether the actor may see every field that a condition asks for."""
    try:
        hidden = policy_for(_leads()).hidden(current_actor())
        compile_filter(parse_text(condition), _leads(), Asker(Reading.of(current_actor()), hidden=lambda _entity: hidden))
    except Wrong:
        return False
    return True


def _leads() -> Entity[Any]:
    return kind_of("lead")


def _wanted(rule: ScoreRule) -> Q | None:
    """The rule's condition; None where it cannot be read (any more)."""
    try:
        asker = Asker(Reading.of(current_actor()), seen=lambda _other: Q(deleted_at=None))
        found: Q = compile_filter(parse_text(rule.condition or ""), _leads(), asker)
    except Wrong as refusal:
        logger.warning("the score rule %s is passed over: %s", rule.pk, refusal)
        return None
    return found


def _met(rules: Sequence[tuple[ScoreRule, Q]], ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
    """[(lead, whether it meets the first rule, …)]"""
    asked = {
        f"meets_{place}": Case(When(wanted, then=Value(True)), default=Value(False), output_field=BooleanField())
        for place, (_rule, wanted) in enumerate(rules)
    }
    return list(Lead.objects.filter(pk__in=list(ids)).annotate(**asked).values_list("pk", *asked))
