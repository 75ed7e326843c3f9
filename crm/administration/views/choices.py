"""What may be chosen for language, time zone, currency and country, by names in the reader's language."""

from typing import Any

from babel import Locale
from babel.numbers import get_currency_name, list_currencies
from django.utils.translation import get_language

from crm.kernel.identity.models.people import Density, Language, Theme
from crm.kernel.identity.words import time_zones

_FIRST_CURRENCIES = ("CNY", "HKD", "TWD", "USD", "EUR", "GBP", "JPY", "SGD")
_FIRST_COUNTRIES = ("CN", "HK", "TW", "MO", "US", "GB", "DE", "JP", "SG")
_LOCALES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}
_NOT_COUNTRIES = ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")

Options = list[tuple[str, Any]]


def of_place() -> dict[str, Options]:
    """{field: [(value, label)]}; the usual ones first."""
    locale = Locale.parse(_LOCALES.get((get_language() or "en").lower(), "en"))
    return {
        "language": list(Language.choices),
        "time_zone": [(zone, zone.replace("_", " ")) for zone in time_zones()],
        "currency": _currencies(locale),
        "country": _countries(locale),
        "theme": list(Theme.choices),
        "density": list(Density.choices),
    }


def _currencies(locale: Locale) -> Options:
    used = [code for code in list_currencies(locale) if len(code) == 3 and code not in _FIRST_CURRENCIES]
    codes = (*_FIRST_CURRENCIES, *sorted(used))
    return [(code, f"{code} · {get_currency_name(code, locale=locale)}") for code in codes]


def _countries(locale: Locale) -> Options:
    names = {code: name for code, name in locale.territories.items() if len(code) == 2 and code.isalpha()}
    rest = sorted(names.keys() - {*_FIRST_COUNTRIES, *_NOT_COUNTRIES}, key=lambda code: names[code])
    return [(code, names[code]) for code in (*_FIRST_COUNTRIES, *rest) if code in names]
