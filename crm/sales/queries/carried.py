"""What of a lead goes where: the values of a new account, contact or deal, and those which an existing one lacks."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t

from crm.customers.models.account import AccountType
from crm.kernel.access.policy import policy_for
from crm.kernel.base.text import fold
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.scope import current_actor
from crm.sales.models import Lead

#: A deal that is named after the need takes so many characters of it.
_LONGEST_NAME = 80
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


def kind_of(kind: str) -> Entity[Any]:
    """The entity of a kind that is always there."""
    found = registry.kind(kind)
    assert found is not None
    return found


def fields_of(kind: str) -> dict[str, Any]:
    """{name: field} of what the actor may see of a kind."""
    found: dict[str, Any] = policy_for(kind_of(kind)).fields(current_actor())
    return found


def may_make(kind: str, lead: Lead) -> bool:
    """Without a company there is no account to make, without a person no contact."""
    if kind == "account":
        return bool(lead.company)
    return not lead.company or fold(lead.name) != fold(lead.company)


def values_for(kind: str, lead: Lead, deal_name: str | None = None) -> dict[str, Any]:
    """What a new record of the kind would be made of, out of those fields of the lead which the actor may see."""
    seen = fields_of("lead")
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
    entity = kind_of(kind)
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
