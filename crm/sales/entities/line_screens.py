"""What a deal's lines, its worth in other currencies and its competitors put on its page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.money import Money
from crm.kernel.entity.registry import registry
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.panels import panel
from crm.sales.models import Opportunity
from crm.sales.models.line import Standing
from crm.sales.queries.leads import rivals_of
from crm.sales.queries.lines import lines_of, sums_of, worth_of


@panel("opportunity", "lines", label=_("Products"), template="sales/lines.jinja", where="top", order=30)
def lines(record: Opportunity, actor: Any) -> Mapping[str, Any] | None:
    """The table of the deal's products, where it may be seen."""
    entity = registry.kind("opportunity_line")
    assert entity is not None
    return table(record, actor) if policy_for(entity).may(actor, "view") else None


def table(
    deal: Opportunity, actor: Any, wrong: Mapping[UUID, Mapping[str, str]] | None = None, fresh: UUID | None = None
) -> dict[str, Any]:
    """The words of the table: `wrong` {line: {field: what is wrong}}, `fresh` the line that was just added."""
    found, entity, deals = lines_of(deal.pk), registry.kind("opportunity_line"), registry.kind("opportunity")
    assert entity is not None and deals is not None
    total = sums_of([deal.pk]).get(deal.pk)
    fields = entity.fields
    return {
        "deal": deal,
        "lines": found,
        "prices": {one.pk: fields["unit_price"].value(one) for one in found},
        "totals": {one.pk: fields["total"].value(one) for one in found},
        "urls": {one.pk: record_url(registry.kind("product"), one.product_id) for one in found if one.product_id},  # type: ignore[arg-type]
        "total": total,
        "amount": deals.fields["amount"].value(deal),
        "may": policy_for(entity).may(actor, "create") and policy_for(deals).may(actor, "edit", deal),
        "may_amount": policy_for(deals).may(actor, "edit", deal) and "amount" not in policy_for(deals).readonly(actor),
        "wrong": wrong or {},
        "fresh": fresh,
    }


@panel("opportunity", "worth", label=_("In other currencies"), template="sales/worth.jinja", where="left", order=20)
def worth(record: Opportunity, actor: Any) -> Mapping[str, Any] | None:
    """The amount in the reader's and the company's currency, with the rate and its day."""
    entity = registry.kind("opportunity")
    assert entity is not None
    money: Money | None = entity.fields["amount"].value(record)
    found = worth_of(money, actor) if money is not None and "amount" not in policy_for(entity).hidden(actor) else []
    return {"worth": found} if found else None


@panel("opportunity", "rivals", label=_("Competitors"), template="sales/rivals.jinja", where="right", order=30, icon="flag")
def rivals(record: Opportunity, actor: Any) -> Mapping[str, Any] | None:
    """Who else wants it, how they stand, and a way to add one."""
    entity, accounts = registry.kind("deal_competitor"), registry.kind("account")
    assert entity is not None and accounts is not None
    if not policy_for(entity).may(actor, "view"):
        return None
    found = [(one, record_url(entity, one.pk), record_url(accounts, one.account_id)) for one in rivals_of(record.pk)]
    may = policy_for(entity).may(actor, "create")
    return {
        "rivals": found,
        "standings": dict(Standing.choices),
        "new_url": f"/deal_competitors/new?opportunity={record.pk}" if may else "",
    }
