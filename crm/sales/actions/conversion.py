"""Turning a lead into a customer: joined to what is there already, made anew where nothing matches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity import fields as f
from crm.kernel.entity.entity import Entity
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
from crm.sales.queries.carried import filling, kind_of, may_make, values_for
from crm.sales.queries.matching import Candidate, matches, the_one

AUTO, NEW, NONE = "auto", "new", "none"
#: What the conversion writes and nobody else may.
BECAME = ("account", "contact", "opportunity", "converted_at")
_HELP = _("“auto” joins what matches and makes a new one else; “new”, “none”, or the id of a record.")


@dataclass(slots=True)
class Choice:
    """What is to become of one target: `use` an existing record, make a `new` one, or None for neither."""

    kind: str
    use: Any = None
    new: bool = False

    @property
    def entity(self) -> Entity[Any]:
        return kind_of(self.kind)


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
    deal = _chosen("opportunity", opportunity, found.deals, True)
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


def _chosen(kind: str, said: str, found: Sequence[Candidate], makes: bool) -> Choice:
    said = (said or AUTO).strip().casefold()
    made, there = Choice(kind), the_one(kind, found)
    if said == NEW or (said == AUTO and there is None and makes):
        made.new = True
    elif said == AUTO and there is not None:
        made.use = fetch(made.entity, there.id)
    elif said not in (NONE, AUTO):
        pk = as_uuid(said)
        if pk is None:
            raise Wrong(fields={kind: [_HELP]})
        made.use = fetch(made.entity, pk)
    return made


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
