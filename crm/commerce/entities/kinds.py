"""The record kinds of commerce: how they are listed, entered and shown."""

from django.utils.translation import gettext_lazy as _

from crm.commerce.models import CurrencyRate, PriceEntry, PriceList, Product
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.numbers import show_decimal
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.quality.rules import not_before
from crm.kernel.records.reading import titles_of


class Products(Entity[Product]):
    kind, plural = "product", "products"
    label, labels = _("Product"), _("Products")
    icon = "box"
    menu, menu_order = "customers", 50
    columns = ("name", "code", "kind", "series", "unit", "retired")
    form = {
        _("Product"): ("name", "code", "kind", "series", "unit", "retired"),
        _("Money"): ("tax_class", "cost"),
        _("More"): ("external_id", "description"),
    }
    quick = ("name", "code", "kind", "unit")
    highlights = ("code", "kind", "series", "unit")
    facts = ("tax_class", "cost", "description")
    related = ("price_entry",)
    match = ("code", "external_id", "name")
    hint = ("code", "series")
    empty = _("What you sell: goods and services with a code and a unit. Add the first one, or import your list.")


class PriceLists(Entity[PriceList]):
    kind, plural = "price_list", "price_lists"
    label, labels = _("Price list"), _("Price lists")
    icon = "table"
    columns = ("name", "currency", "valid_from", "valid_until", "main")
    form = {_("Price list"): ("name", "currency", "valid_from", "valid_until", "main", "description")}
    highlights = ("currency", "valid_from", "valid_until", "main")
    related = ("price_entry",)
    match = ("name",)
    rules = (not_before("valid_until", "valid_from"),)
    empty = _("Prices in one currency for a time. Deals propose prices from the list that holds on the day.")


class PriceEntries(Entity[PriceEntry]):
    kind, plural = "price_entry", "price_entries"
    label, labels = _("Price"), _("Prices")
    icon = "sort"
    title = "product"
    parent = "price_list"
    columns = ("product", "price_list", "price", "from_quantity")
    form = {_("Price"): ("price_list", "product", "price", "from_quantity")}
    quick = ("price_list", "product", "price", "from_quantity")
    sort = "-created_at"
    empty = _("What one unit costs, from a quantity on.")

    @staticmethod
    def title_of(record: PriceEntry) -> str:  # type: ignore[override]
        """Called by the product."""
        return titles_of([record.product_id]).get(record.product_id, "") if record.product_id else ""


class CurrencyRates(Entity[CurrencyRate]):
    kind, plural = "currency_rate", "currency_rates"
    label, labels = _("Rate of the day"), _("Rates of the day")
    icon = "updown"
    title = "currency"
    columns = ("currency", "day", "rate", "base", "source")
    form = {_("Rate of the day"): ("currency", "rate", "base", "day", "source")}
    sort = "-day"
    empty = _("What one unit of a foreign currency was worth on a day. Enter it, import it, or send it through the API.")

    @staticmethod
    def title_of(record: CurrencyRate) -> str:  # type: ignore[override]
        """Called by what it says: “1 USD = 7.1 CNY”."""
        return f"1 {record.currency} = {show_decimal(record.rate, current_reading())} {record.base or ''}".strip()
