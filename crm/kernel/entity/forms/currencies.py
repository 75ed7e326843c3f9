"""Currencies: codes in use, and the signs and words that people write for them."""

import re
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.text import fold
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, clean

_DOLLARS = frozenset({"USD", "HKD", "TWD", "SGD", "CAD", "AUD", "NZD", "MOP", "MXN", "CLP", "COP", "ARS", "BND", "FJD"})
_YUAN = frozenset({"CNY", "TWD", "HKD", "MOP"})
_YEN = frozenset({"CNY", "JPY"})
# How a currency is written when it is not the reader's own; each is read back as the same currency.
SIGNS = {
    "CNY": "CN¥", "JPY": "JP¥", "USD": "US$", "HKD": "HK$", "TWD": "NT$", "SGD": "S$", "CAD": "CA$",
    "AUD": "A$", "NZD": "NZ$", "MOP": "MOP$", "MXN": "MX$", "BRL": "R$", "EUR": "€", "GBP": "£",
    "KRW": "₩", "INR": "₹", "RUB": "₽", "VND": "₫", "THB": "฿", "PHP": "₱", "TRY": "₺", "UAH": "₴",
    "ILS": "₪", "NGN": "₦", "KZT": "₸",
}  # fmt: skip
_NARROW = {"CNY": "¥", "JPY": "¥", **dict.fromkeys(_DOLLARS, "$")}
_WORDS = {
    "rmb": "CNY", "rmb¥": "CNY", "cn¥": "CNY", "人民币": "CNY", "人民幣": "CNY", "元人民币": "CNY",
    "jp¥": "JPY", "円": "JPY", "日元": "JPY", "日圆": "JPY", "日圓": "JPY", "us$": "USD", "$us": "USD",
    "u$s": "USD", "美元": "USD", "美金": "USD", "dollars": "USD", "hk$": "HKD", "港币": "HKD",
    "港幣": "HKD", "港元": "HKD", "nt$": "TWD", "新台币": "TWD", "新台幣": "TWD", "新臺幣": "TWD",
    "台币": "TWD", "台幣": "TWD", "s$": "SGD", "sg$": "SGD", "新加坡元": "SGD", "新币": "SGD", "c$": "CAD",
    "ca$": "CAD", "can$": "CAD", "加元": "CAD", "a$": "AUD", "au$": "AUD", "澳元": "AUD", "nz$": "NZD",
    "mop$": "MOP", "澳门元": "MOP", "mx$": "MXN", "r$": "BRL", "€": "EUR", "欧元": "EUR", "歐元": "EUR",
    "euro": "EUR", "euros": "EUR", "£": "GBP", "英镑": "GBP", "英鎊": "GBP", "₩": "KRW", "韩元": "KRW",
    "韓元": "KRW", "₹": "INR", "rs": "INR", "rs.": "INR", "卢比": "INR", "₽": "RUB", "卢布": "RUB",
    "₫": "VND", "越南盾": "VND", "฿": "THB", "泰铢": "THB", "₱": "PHP", "₺": "TRY", "₴": "UAH", "₪": "ILS",
    "₦": "NGN", "₸": "KZT", "zł": "PLN", "rp": "IDR", "rm": "MYR", "fr.": "CHF", "瑞士法郎": "CHF",
    "瑞郎": "CHF",
}  # fmt: skip
_OWN = ("¥", "$", "元", "圆", "圓", "块", "塊")
_TOKEN = "|".join(re.escape(token) for token in sorted([*_WORDS, *_OWN], key=len, reverse=True))
_FRONT = re.compile(rf"(?:{_TOKEN}|[a-z]{{3}}(?![a-z]))", re.IGNORECASE)
_BACK = re.compile(rf"(?:{_TOKEN}|(?<![a-z])[a-z]{{3}}|(?<=[0-9kmb])[a-z]{{3}})$", re.IGNORECASE)


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """The ISO 4217 codes that are legal tender somewhere today."""
    found: set[str] = set()
    for uses in get_global("territory_currencies").values():
        found.update(code for code, _start, end, tender in uses if tender and end is None)
    return frozenset(found)


def _meant(written: str, own: str) -> str | None:
    name = written.casefold()
    if name == "¥":
        return own if own in _YEN else "CNY"
    if name == "$":
        return own if own in _DOLLARS else "USD"
    if name in _OWN:
        return own if own in _YUAN else "CNY"
    found = _WORDS.get(name)
    if found is None and name.upper() in codes():
        found = name.upper()
    return found


def take_front(text: str, own: str) -> tuple[str | None, str]:
    """The currency named at the start of `text` and the rest; `own` decides what "$", "¥" and "元" mean."""
    match = _FRONT.match(text)
    code = _meant(match.group(), own) if match else None
    return (code, text[match.end() :].lstrip()) if match and code else (None, text)


def take_back(text: str, own: str) -> tuple[str | None, str]:
    """The same at the end of `text`."""
    match = _BACK.search(text)
    code = _meant(match.group(), own) if match else None
    return (code, text[: match.start()].rstrip()) if match and code else (None, text)


def sign(currency: str, reading: Reading) -> str:
    """How `currency` is written before an amount: the short sign for the reader's own, an unmistakable one else."""
    if currency == reading.currency and currency in _NARROW:
        return _NARROW[currency]
    return SIGNS.get(currency, f"{currency} ")


@lru_cache(maxsize=4)
def _names(locale: str) -> dict[str, str]:
    names = Locale.parse(locale).currencies
    return {fold(names[code]): code for code in codes() if code in names}


def parse_currency(raw: object, reading: Reading) -> str:
    """The ISO 4217 code that a code, sign or name means ("RMB", "美元", "€", "US Dollar"); "" where it is blank."""
    text = clean(as_text(raw))
    if not text:
        return ""
    code = _meant(text, reading.currency)
    if code:
        return code
    folded = fold(text)
    for locale in ("en", "zh_Hans", "zh_Hant"):
        if folded in _names(locale):
            return _names(locale)[folded]
    raise FieldError(_("A currency is three letters, such as CNY, USD or EUR; this is %(text)s."), text=text[:40])


def show_currency(code: str, reading: Reading) -> str:
    """The currency's name in the reader's language."""
    return str(get_currency_name(code, locale=reading.locale)) if code else ""
