"""Reads about leads: the rules of assignment, who in the house a lead may be, what is due to go back to the pool."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from crm.customers.models import Activity, ContactPoint
from crm.kernel.access.policy import visible
from crm.kernel.base.text import fold
from crm.kernel.entity.registry import registry
from crm.kernel.records.reading import titles_of
from crm.sales.models import AssignmentRule, DealCompetitor, Lead, LeadHabits, LeadRound, Turn
from crm.sales.models.lead import OPEN, LeadStatus
from crm.sales.models.pipeline import StageKind

#: Mail providers for everybody: a shared domain says nothing about the company.
FOR_EVERYBODY = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com gmx.de gmx.net "
    "web.de mail.com proton.me protonmail.com qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com "
    "189.cn 21cn.com tom.com hinet.net naver.com mail.ru yandex.ru".split()
)
#: Of each kind at most so many are proposed.
MOST = 5


@dataclass(slots=True)
class Candidate:
    """A record that may be the same as what the lead is about, with the reasons in words, the strongest first."""

    id: UUID
    title: str
    reasons: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Matches:
    """What the actor may see and the lead may be: the likeliest first."""

    accounts: list[Candidate] = field(default_factory=list)
    contacts: list[Candidate] = field(default_factory=list)
    deals: list[Candidate] = field(default_factory=list)


def matches(lead: Lead) -> Matches:
    """The accounts, contacts and open deals a lead may belong to, by exact normal forms of what is known of both."""
    contacts = _contacts(lead)
    accounts = _accounts(lead, [one.id for one in contacts])
    contacts += _namesakes(lead, accounts, contacts)
    return Matches(accounts[:MOST], contacts[:MOST], _deals(accounts, contacts)[:MOST])


def _rows(kind: str) -> QuerySet[Any]:
    entity = registry.kind(kind)
    assert entity is not None
    return visible(entity)


def _gather(tests: Sequence[tuple[str, QuerySet[Any]]]) -> list[Candidate]:
    """Candidates in the order of the tests, each with all of its reasons."""
    reasons: dict[UUID, list[str]] = {}
    for reason, rows in tests:
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:MOST]:
            reasons.setdefault(pk, []).append(reason)
    names = titles_of(reasons)
    found = [Candidate(pk, names.get(pk, ""), said) for pk, said in reasons.items()]
    return sorted(found, key=lambda one: -len(one.reasons))


def _numbers(lead: Lead) -> list[str]:
    return [fold(one) for one in (lead.mobile, lead.phone) if one]


def _points(**found: Any) -> QuerySet[Any]:
    return ContactPoint.objects.filter(deleted_at=None, **found).values("record_id")


def _contacts(lead: Lead) -> list[Candidate]:
    rows, tests = _rows("contact"), []
    if lead.email:
        mail = fold(lead.email)
        tests.append((_("same e-mail"), rows.filter(Q(email_key=mail) | Q(pk__in=_points(type="email", value_key=mail)))))
    if numbers := _numbers(lead):
        tests.append((_("same telephone number"), rows.filter(Q(mobile_key__in=numbers) | Q(phone_key__in=numbers))))
        tests.append((_("same telephone number"), rows.filter(pk__in=_points(value_key__in=numbers))))
    if lead.wechat:
        tests.append((_("same WeChat"), rows.filter(wechat_key=fold(lead.wechat))))
    return _gather(tests)


def domain_of(lead: Lead) -> str:
    """The company's domain: of its website, else of the mail address where that is not of a provider for everybody."""
    host = (urlsplit(lead.website).hostname or "") if lead.website else ""
    mail = (lead.email or "").rpartition("@")[2].casefold()
    return host.removeprefix("www.") or ("" if mail in FOR_EVERYBODY else mail)


def _accounts(lead: Lead, people: Sequence[UUID]) -> list[Candidate]:
    rows, tests = _rows("account"), []
    if lead.tax_id:
        tests.append((_("same tax number"), rows.filter(tax_id_key=fold(lead.tax_id))))
    if lead.email:
        tests.append((_("same e-mail"), rows.filter(email_key=fold(lead.email))))
    if numbers := _numbers(lead):
        tests.append((_("same telephone number"), rows.filter(phone_key__in=numbers)))
    if domain := domain_of(lead):
        sites = [f"{scheme}://{prefix}{domain}{end}" for scheme in ("https", "http") for prefix in ("", "www.") for end in ("", "/")]
        tests.append((_("same website"), rows.filter(website_key__in=sites)))
    if lead.company:
        key, city = fold(lead.company), fold(getattr(lead, "address_city", None) or "")
        same = rows.filter(Q(name_key=key) | Q(other_name_key=key))
        if city:
            tests.append((_("same name and city"), same.filter(address_city_key=city)))
            same = same.filter(address_city_key=None)
        tests.append((_("same name"), same))
    if people:
        homes = _rows("contact").filter(pk__in=people, account_id__isnull=False).values("account_id")
        tests.append((_("its contact matches"), rows.filter(pk__in=homes)))
    return _gather(tests)


def _namesakes(lead: Lead, accounts: Sequence[Candidate], known: Sequence[Candidate]) -> list[Candidate]:
    """People of the same name at the accounts that match."""
    homes = [one.id for one in accounts]
    same = _rows("contact").filter(name_key=fold(lead.name), account_id__in=homes).exclude(pk__in=[one.id for one in known])
    return _gather([(_("same name at this account"), same)]) if homes else []


def _deals(accounts: Sequence[Candidate], contacts: Sequence[Candidate]) -> list[Candidate]:
    """Open deals of the people, then of the accounts."""
    rows = _rows("opportunity").filter(stage__kind=StageKind.OPEN)
    people, homes = [one.id for one in contacts], [one.id for one in accounts]
    tests = [(_("open deal of this person"), rows.filter(contact_id__in=people))] if people else []
    tests += [(_("open deal of this account"), rows.filter(account_id__in=homes))] if homes else []
    return _gather(tests)


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
