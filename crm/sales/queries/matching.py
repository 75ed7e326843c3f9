"""Who in the house a lead may be: the accounts, contacts and open deals it matches, each with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base.text import fold
from crm.kernel.dedupe.queries import check
from crm.kernel.dedupe.sides import domain
from crm.kernel.records.reading import titles_of
from crm.kernel.tenancy.scope import current_actor
from crm.sales.models import Lead
from crm.sales.models.pipeline import StageKind
from crm.sales.queries.carried import fields_of, kind_of, may_make, values_for

#: Of each kind at most so many are proposed.
MOST = 5


@dataclass(slots=True)
class Candidate:
    """A record that may be the same as what the lead is about, with the reasons in words, the strongest first. One that is
    only alike is not `sure`: it is offered, and joined by nobody but a person."""

    id: UUID
    title: str
    reasons: list[str] = field(default_factory=list)
    sure: bool = True


@dataclass(slots=True)
class Matches:
    """What the actor may see and the lead may be: the likeliest first. `masked`: {kind: what is said of records that are
    surely the same and not shared with the actor}."""

    accounts: list[Candidate] = field(default_factory=list)
    contacts: list[Candidate] = field(default_factory=list)
    deals: list[Candidate] = field(default_factory=list)
    masked: dict[str, list[str]] = field(default_factory=dict)


#: One look: its reason, the fields of both sides that it compares (as “kind.field”), and the rows that it finds.
_Test = tuple[str, tuple[str, ...], QuerySet[Any]]


def matches(lead: Lead) -> Matches:
    """The accounts, contacts and open deals a lead may belong to: by exact normal forms of what is known of both, and by the
    check for duplicates. Fields that are hidden from the actor neither find nor explain."""
    found = Matches()
    contacts = _contacts(lead)
    accounts = _accounts(lead, [one.id for one in contacts])
    if may_make("account", lead):
        mail = {"email": lead.email} if "email" in fields_of("lead") else {}
        accounts = _alike("account", accounts, values_for("account", lead) | mail, found)
    contacts += _namesakes(lead, [one for one in accounts if one.sure], contacts)
    if may_make("contact", lead):
        home = {"account": accounts[0].id} if accounts and accounts[0].sure else {}
        contacts = _alike("contact", contacts, values_for("contact", lead) | home, found)
    found.accounts, found.contacts = accounts[:MOST], contacts[:MOST]
    found.deals = _deals([one for one in accounts if one.sure], [one for one in contacts if one.sure])[:MOST]
    return found


def the_one(kind: str, found: Sequence[Candidate]) -> Candidate | None:
    """The candidate that is joined where nobody chooses. Of several open deals none is: they may be about something else."""
    sure = [one for one in found if one.sure]
    return sure[0] if sure and (kind != "opportunity" or len(sure) == 1) else None


def _alike(kind: str, known: list[Candidate], values: Mapping[str, Any], found: Matches) -> list[Candidate]:
    """The known candidates and those which the check for duplicates adds."""
    there = {one.id for one in known}
    for one in check(kind_of(kind), values):
        if one.masked:
            found.masked.setdefault(kind, []).append(one.title)
        elif one.id not in there and one.id is not None:
            known.append(Candidate(one.id, one.title, list(one.reasons), one.sure))
    return sorted(known, key=lambda one: not one.sure)


def _rows(kind: str) -> QuerySet[Any]:
    return visible(kind_of(kind))


def _gather(tests: Sequence[_Test]) -> list[Candidate]:
    """Candidates in the order of the tests, each with all of its reasons; what looks at a hidden field is left out."""
    reasons: dict[UUID, list[str]] = {}
    for reason, looks_at, rows in tests:
        if not all(_open(one) for one in looks_at):
            continue
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:MOST]:
            reasons.setdefault(pk, []).append(reason)
    names = titles_of(reasons)
    found = [Candidate(pk, names.get(pk, ""), list(dict.fromkeys(said))) for pk, said in reasons.items()]
    return sorted(found, key=lambda one: -len(one.reasons))


def _open(place: str) -> bool:
    """Whether the actor may see a field, written “kind.field”."""
    kind, _dot, name = place.partition(".")
    hidden = policy_for(kind_of(kind)).hidden(current_actor())
    return name not in hidden and (kind_of(kind).fields[name].part_of or "") not in hidden


def _points(**found: Any) -> QuerySet[Any]:
    return _rows("contact_point").filter(**found).values("record_id")


def _contacts(lead: Lead) -> list[Candidate]:
    rows = _rows("contact")
    tests: list[_Test] = []
    if lead.email:
        mail = fold(lead.email)
        tests.append((_("same e-mail"), ("lead.email", "contact.email"), rows.filter(email_key=mail)))
        also = rows.filter(pk__in=_points(type="email", value_key=mail))
        tests.append((_("same e-mail"), ("lead.email", "contact_point.value"), also))
    for mine, number in (("lead.mobile", lead.mobile), ("lead.phone", lead.phone)):
        if number:
            key, said = fold(number), _("same telephone number")
            tests.append((said, (mine, "contact.mobile"), rows.filter(mobile_key=key)))
            tests.append((said, (mine, "contact.phone"), rows.filter(phone_key=key)))
            tests.append((said, (mine, "contact_point.value"), rows.filter(pk__in=_points(value_key=key))))
    if lead.wechat:
        tests.append((_("same WeChat"), ("lead.wechat", "contact.wechat"), rows.filter(wechat_key=fold(lead.wechat))))
    return _gather(tests)


def _accounts(lead: Lead, people: Sequence[UUID]) -> list[Candidate]:
    rows = _rows("account")
    tests: list[_Test] = []
    if lead.tax_id:
        tests.append((_("same tax number"), ("lead.tax_id", "account.tax_id"), rows.filter(tax_id_key=fold(lead.tax_id))))
    if lead.email:
        tests.append((_("same e-mail"), ("lead.email", "account.email"), rows.filter(email_key=fold(lead.email))))
    for mine, number in (("lead.mobile", lead.mobile), ("lead.phone", lead.phone)):
        if number:
            tests.append((_("same telephone number"), (mine, "account.phone"), rows.filter(phone_key=fold(number))))
    # The company's domain: of its website, else of the mail address where that is not of a provider for everybody.
    mine, host = ("lead.website", domain(lead.website)) if lead.website else ("lead.email", domain(lead.email or ""))
    if host:
        sites = [f"{scheme}://{prefix}{host}{end}" for scheme in ("https", "http") for prefix in ("", "www.") for end in ("", "/")]
        tests.append((_("same website"), (mine, "account.website"), rows.filter(website_key__in=sites)))
    if lead.company:
        tests += _by_name(lead, rows)
    if people:
        homes = _rows("contact").filter(pk__in=people, account_id__isnull=False).values("account_id")
        tests.append((_("its contact matches"), ("contact.account",), rows.filter(pk__in=homes)))
    return _gather(tests)


def _by_name(lead: Lead, rows: QuerySet[Any]) -> list[_Test]:
    key, city = fold(lead.company), fold(getattr(lead, "address_city", None) or "")
    named: tuple[_Test, ...] = (
        ("", ("lead.company", "account.name"), rows.filter(name_key=key)),
        ("", ("lead.company", "account.other_name"), rows.filter(other_name_key=key)),
    )
    if not city or not _open("lead.address_city") or not _open("account.address_city"):
        return [(_("same name"), places, same) for _said, places, same in named]
    there = [(_("same name and city"), places, same.filter(address_city_key=city)) for _said, places, same in named]
    return there + [(_("same name"), places, same.filter(address_city_key=None)) for _said, places, same in named]


def _namesakes(lead: Lead, accounts: Sequence[Candidate], known: Sequence[Candidate]) -> list[Candidate]:
    """People of the same name at the accounts that match."""
    homes = [one.id for one in accounts]
    same = _rows("contact").filter(name_key=fold(lead.name), account_id__in=homes).exclude(pk__in=[one.id for one in known])
    return _gather([(_("same name at this account"), ("contact.name", "contact.account"), same)]) if homes else []


def _deals(accounts: Sequence[Candidate], contacts: Sequence[Candidate]) -> list[Candidate]:
    """Open deals of the people, then of the accounts."""
    rows = _rows("opportunity").filter(stage__kind=StageKind.OPEN)
    people, homes = [one.id for one in contacts], [one.id for one in accounts]
    tests: list[_Test] = []
    if people:
        tests.append((_("open deal of this person"), ("opportunity.contact",), rows.filter(contact_id__in=people)))
    if homes:
        tests.append((_("open deal of this account"), ("opportunity.account",), rows.filter(account_id__in=homes)))
    return _gather(tests)
