"""Leads get their score as they are written, and all open ones anew when a rule changes."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.shipped import shipped
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job
from crm.kernel.records.writing import create_many, follow
from crm.kernel.tenancy.scope import because
from crm.sales.models import Lead
from crm.sales.models.lead import OPEN, LeadStatus
from crm.sales.queries.carried import kind_of
from crm.sales.queries.scoring import scores

#: So many leads are scored anew at once.
AT_ONCE = 1_000
#: (name, condition, points) of the rules that a new workspace starts with.
FIRST_RULES = (
    (shipped("name", "Recommended to us"), "source = referral", 30),
    (shipped("name", "Has a budget"), "budget is filled", 20),
    (shipped("name", "Says what is needed"), "need is filled", 20),
    (shipped("name", "Can be called"), "mobile is filled or phone is filled", 15),
    (shipped("name", "Names the company"), "company is filled", 10),
    (shipped("name", "Wrong or made-up details"), "reason = wrong", -60),
)


def score(leads: Iterable[Lead]) -> None:
    """Writes what the leads score now. The score follows from the lead: no new version, no news."""
    there = {lead.pk: lead for lead in leads}
    changed = []
    for pk, points in scores(list(there)).items() if there else ():
        if there[pk].score != points:
            there[pk].score = points
            changed.append(there[pk])
    if changed:
        with because(_t("the score follows the rules")):
            follow(kind_of("lead"), changed, ["score"])


def scored_anew() -> QuerySet[Lead]:
    """The leads whose score follows the rules: those that somebody works on or that come back."""
    return Lead.objects.filter(status__in=[*OPEN, LeadStatus.RECYCLED], deleted_at=None)


@job("sales.score_leads", label=_("Scoring leads anew"), batched=True)
def score_all(progress: Progress) -> None:
    """All leads, in the order of their ids; a killed round goes on where it was."""
    left = True
    while left:
        with progress.batch():
            rows = scored_anew().order_by("pk")
            last = progress.bookmark.get("last")
            some = list((rows.filter(pk__gt=last) if last else rows).select_for_update()[:AT_ONCE])
            score(some)
            left = len(some) == AT_ONCE
            if some:
                progress.bookmark["last"] = str(some[-1].pk)
            progress.step(progress.done + len(some), progress.done + len(some) + (AT_ONCE if left else 0))


def found_score_rules() -> None:
    """The usual rules; their names are told in each reader's language."""
    rows = [{"name": name, "condition": condition, "points": points} for name, condition, points in FIRST_RULES]
    for one in create_many(kind_of("score_rule"), rows):
        if isinstance(one, Exception):
            raise one
