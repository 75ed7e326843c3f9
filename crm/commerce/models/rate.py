"""Rates of the day between currencies."""

from django.utils.translation import gettext_lazy as _

from crm.commerce.models.currency import CurrencyCode
from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record

PLACES = 8


class CurrencyRate(Record):
    """On `day` one unit of `currency` was worth `rate` units of `base` (the company's own currency where nothing is said)."""

    currency = CurrencyCode(_("Currency"), required=True, synonyms=("currency code", "from", "币种", "货币"))
    base = CurrencyCode(
        _("Worth in"), help=_("The company's own currency where it is left empty."), synonyms=("base currency", "to", "本位币")
    )
    day = f.Date(_("Day"), required=True, synonyms=("date", "rate date", "日期", "汇率日期"))
    rate = f.Decimal(_("Rate"), places=PLACES, required=True, synonyms=("exchange rate", "mid rate", "汇率", "中间价"))
    source = f.Text(_("Source"), synonyms=("bank", "provider", "来源"))

    indexes_in_workspace = (("currency", "day"),)

    class Meta:
        db_table = "currency_rate"
