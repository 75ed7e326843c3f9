"""Price lists and the prices that stand in them."""

from django.utils.translation import gettext_lazy as _

from crm.commerce.models.currency import CurrencyCode
from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class PriceList(Record):
    """Prices in one currency for a time. Of several that hold on a day the main one goes first."""

    name = f.Text(_("Name"), required=True, title=True, unique_value=True, synonyms=("price list", "price book", "价目表", "价格表"))
    currency = CurrencyCode(_("Currency"), required=True, synonyms=("currency code", "币种", "货币"))
    valid_from = f.Date(_("Valid since"), synonyms=("valid from", "start date", "生效日期"))
    valid_until = f.Date(_("Valid until"), synonyms=("valid to", "end date", "失效日期"))
    main = f.YesNo(_("Main one"), help=_("Prices are proposed from it before all others in its currency."), synonyms=("default", "默认"))
    description = f.LongText(_("Description"), synonyms=("notes", "comments", "备注", "说明"))

    class Meta:
        db_table = "price_list"


class PriceEntry(Record):
    """What one unit of a product costs in a list, from a quantity on."""

    price_list = f.Link(
        "commerce.PriceList", _("Price list"), required=True, follows=True, cascade=True, synonyms=("list", "price book", "价目表")
    )
    product = f.Link("commerce.Product", _("Product"), required=True, cascade=True, synonyms=("item", "article", "sku", "产品", "商品"))
    price = f.Money(_("Price"), required=True, synonyms=("unit price", "sales price", "list price", "价格", "单价", "售价"))
    from_quantity = f.Decimal(_("From quantity"), default=1, synonyms=("minimum quantity", "min quantity", "起订量", "起始数量"))

    indexes_in_workspace = (("product_id", "price_list_id"),)

    class Meta:
        db_table = "price_entry"
