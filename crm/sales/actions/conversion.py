"""Turning a lead into a customer: joined to what is there already, made anew where nothing matches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.customers.models.account import AccountType
from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.text import fold
from crm.kernel.entity import fields as f
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.outbox.publishing import publish
from crm.kernel.records.actions import action, entity_of
from crm.kernel.records.pipeline import carrying
from crm.kernel.records.reading import fetch
from crm.kernel.records.writing import change, create
from crm.kernel.tenancy.scope import current_actor
from crm.sales.events import LeadConverted
from crm.sales.models import Lead
from crm.sales.models.lead import OPEN, LeadStatus
from crm.sales.queries.leads import Candidate, Matches, matches

AUTO, NEW, NONE = "auto", "new", "none"
#: What the conversion writes and nobody else may.
BECAME = ("account", "contact", "opportunity", "converted_at")
_LONGEST_NAME = 80
_HELP = _("“auto” joins what matches and makes a new one else; “new”, “none”, or the id of a record.")

#: kind → {field of the target: field of the lead}; addresses go as a whole.
CARRIED: dict[str, dict[str, str]] = {
    "account": {"phone": "phone", "website": "website", "industry": "industry", "tax_id": "tax_id", "source": "source"},
    "contact": {
        "job_title": "job_title",
        "mobile": "mobile",
        "phone": "phone",
        "email": "email",
        "wechat": "wechat",
        "source": "source",
    },
    "opportunity": {"amount": "budget", "source": "source", "description": "need"},
}


@dataclass(slots=True)
class Choice:
    """What is to become of one target: `use` an existing record, make a `new` one, or None for neither."""

    kind: str
    use: Any = None
    new: bool = False

    @property
    def entity(self) -> Entity[Any]:
        found = registry.kind(self.kind)
        assert found is not None
        return found


@action(
    Lead,
    label=_("Convert"),
    icon="arrow",
    primary=True,
    when=lambda lead: lead.status in OPEN,
    account=f.Text(_("Account"), help=_HELP),
    contact=f.Text(_("Contact"), help=_HELP),
    opportunity=f.Text(_("Opportunity"), help=_HELP),
    deal_name=f.Text(_("Name of the deal"), help=_("Of a new deal; made from the need where it is left out.")),
)
def convert(
    lead: Lead, *, actor: Actor, account: str = AUTO, contact: str = AUTO, opportunity: str = AUTO, deal_name: str | None = None
) -> Lead:
    """The lead joins the account, contact and deal it matches, or becomes new ones. Empty fields of existing records are
    filled, nothing is overwritten; what was done with the lead shows with the customer."""
    found = matches(lead)
    company = _chosen("account", account, found.accounts, may_make("account", lead))
    person = _chosen("contact", contact, found.contacts, may_make("contact", lead))
    deal = _chosen("opportunity", opportunity, sure(found), True)
    if not any(one.use or one.new for one in (company, person, deal)):
        raise Wrong(fields={"account": [_t("Choose at least one: an account, a contact or a deal.")]})
    home = _settled(company, lead, values_for("account", lead))
    whom = _settled(person, lead, values_for("contact", lead) | ({"account": home.pk} if home else {}))
    links = {"account": home.pk if home else None, "contact": whom.pk if whom else None}
    given = {name: pk for name, pk in links.items() if pk}
    what = _settled(deal, lead, values_for("opportunity", lead, deal_name) | given)
    became = {**links, "opportunity": what.pk if what else None, "converted_at": now(), "status": LeadStatus.CONVERTED}
    with carrying(BECAME):
        done: Lead = change(entity_of(lead), lead.pk, became)
    publish(
        LeadConverted(
            record=lead.pk,
            name=lead.name,
            account=done.account_id,
            contact=done.contact_id,
            opportunity=done.opportunity_id,
            owner=done.owner_id,
        )
    )
    return done


def sure(found: Matches) -> list[Candidate]:
    """An open deal is joined by itself only where there is exactly one: several may be about something else."""
    return found.deals if len(found.deals) == 1 else []


def may_make(kind: str, lead: Lead) -> bool:
    """Without a company there is no account to make, without a person no contact."""
    if kind == "account":
        return bool(lead.company)
    return not lead.company or fold(lead.name) != fold(lead.company)


def _chosen(kind: str, said: str, found: list[Candidate], makes: bool) -> Choice:
    said = (said or AUTO).strip().casefold()
    made = Choice(kind)
    if said == NEW or (said == AUTO and not found and makes):
        made.new = True
    elif said == AUTO and found:
        made.use = fetch(made.entity, found[0].id)
    elif said not in (NONE, AUTO):
        pk = as_uuid(said)
        if pk is None:
            raise Wrong(fields={kind: [_HELP]})
        made.use = fetch(made.entity, pk)
    return made


def values_for(kind: str, lead: Lead, deal_name: str | None = None) -> dict[str, Any]:
    """What a new record of the kind would be made of, out of those fields of the lead which the actor may see."""
    seen = policy_for(entity_of(lead)).fields(_me())
    values = {name: seen[mine].value(lead) for name, mine in CARRIED[kind].items() if mine in seen}
    if kind == "opportunity":
        values["name"] = deal_name or _deal_name(lead)
    elif kind == "contact":
        values |= {"name": lead.name, "family_name": getattr(lead, "family_name", None), "given_name": getattr(lead, "given_name", None)}
    else:
        values |= {"name": lead.company or lead.name, "type": AccountType.COMPANY if lead.company else AccountType.HOUSEHOLD}
    if kind == "account" or (kind == "contact" and not lead.company):
        values |= {name: getattr(lead, name) for name, one in seen.items() if one.part_of == "address"}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _deal_name(lead: Lead) -> str:
    first = (lead.need or "").strip().splitlines()[:1]
    words = first[0] if first else lead.campaign or ""
    if len(words) > _LONGEST_NAME:
        words = f"{words[: _LONGEST_NAME - 1].rstrip()}…"
    return words or _t("Enquiry of %(name)s") % {"name": lead.company or lead.name}


def filling(kind: str, record: Any, values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Those of the values which an existing record has no value for, as far as the actor may write them."""
    entity = entity_of(record)
    policy = policy_for(entity)
    if not policy.may(actor, "edit", record):
        return {}
    closed = policy.readonly(actor) | policy.hidden(actor) | {"name", "family_name", "given_name", "type"}
    kept: dict[str, Any] = {}
    whole = any(getattr(record, name, None) for name in values if name.startswith("address_") and name != "address_country")
    for name, value in values.items():
        one = entity.field(name)
        if one is None or name in closed or (one.part_of or "") in closed or (whole and one.part_of == "address"):
            continue
        if one.value(record) in (None, "", []):
            kept[name] = value
    return kept


def _settled(choice: Choice, lead: Lead, values: Mapping[str, Any]) -> Any:
    """The record the lead joins or becomes; None where neither is wanted."""
    entity = choice.entity
    if choice.use is not None:
        more = filling(choice.kind, choice.use, values, _me())
        return change(entity, choice.use.pk, more) if more else choice.use
    if not choice.new:
        return None
    policy = policy_for(entity)
    closed = policy.readonly(_me()) | policy.hidden(_me())
    return create(entity, {name: value for name, value in {**values, **_owned(lead)}.items() if name not in closed})


def _owned(lead: Lead) -> dict[str, UUID]:
    """New records belong to whom the lead belonged."""
    return {name: pk for name, pk in (("owner", lead.owner_id), ("team", lead.team_id)) if pk}


def _me() -> Actor:
    found: Actor = current_actor()
    return found
