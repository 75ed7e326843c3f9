"""What a deal is made of: its products, and who else wants it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.commerce.models.rate import PLACES
from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class OpportunityLine(Record):
    """One line of a deal. `total` is reckoned by Kith. Where the price came out of a list in another currency, `rate` is
    what one unit of that currency was worth, told on `rate_day` by `rate_source`."""

    opportunity = f.Link("sales.Opportunity", _("Opportunity"), required=True, follows=True, cascade=True, synonyms=("deal", "商机"))
    product = f.Link("commerce.Product", _("Product"), synonyms=("item", "article", "sku", "产品", "商品"))
    description = f.Text(_("Description"), longest=400, synonyms=("text", "说明", "描述"))
    quantity = f.Decimal(_("Quantity"), default=1, synonyms=("qty", "count", "数量"))
    unit_price = f.Money(_("Unit price"), synonyms=("price", "sales price", "单价"))
    discount = f.Percent(_("Discount"), synonyms=("rebate", "折扣"))
    total = f.Money(_("Total"), readonly=True)
    position = f.Integer(_("Place"), least=0, synonyms=("order", "line", "行号"))
    rate = f.Decimal(_("Rate"), places=PLACES, readonly=True)
    rate_day = f.Date(_("Rate of"), readonly=True)
    rate_source = f.Text(_("Source of the rate"), readonly=True)

    indexes_in_workspace = (("opportunity_id", "position"),)

    class Meta:
        db_table = "opportunity_line"


class Standing(models.TextChoices):
    AHEAD = "ahead", _("Ahead of us")
    LEVEL = "level", _("Level with us")
    BEHIND = "behind", _("Behind us")
    OUT = "out", _("Out of it")
    UNKNOWN = "unknown", _("Not known")


class DealCompetitor(Record):
    """Another company that wants the same deal."""

    opportunity = f.Link("sales.Opportunity", _("Opportunity"), required=True, follows=True, cascade=True, synonyms=("deal", "商机"))
    account = f.Link("customers.Account", _("Competitor"), required=True, cascade=True, synonyms=("company", "竞争对手"))
    standing = f.Choice(_("Standing"), Standing, default=Standing.UNKNOWN, synonyms=("position", "态势"))
    strength = f.Text(_("Strength"), longest=400, synonyms=("strengths", "优势"))
    weakness = f.Text(_("Weakness"), longest=400, synonyms=("weaknesses", "劣势"))
    note = f.LongText(_("Note"), synonyms=("comment", "备注"))

    class Meta:
        db_table = "deal_competitor"
