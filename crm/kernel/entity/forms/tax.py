"""Tax and register numbers: 统一社会信用代码, VAT by country, EIN and their like, with their check digits."""

import re
import unicodedata
from functools import lru_cache
from types import ModuleType

from babel import Locale
from django.utils.translation import gettext_lazy as _
from stdnum import get_cc_module
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

_LOOSE = re.compile(r"[\s.\-–/_]")
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# Countries whose number carries the country's letters; elsewhere the digits alone are written.
_PREFIXED = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
_OWN_NAME = {
    "US": "ein", "TW": "ubn", "JP": "cn", "KR": "brn", "IN": "gstin", "AU": "abn", "SG": "uen", "CA": "bn",
    "BR": "cnpj", "NZ": "ird", "MX": "rfc", "RU": "inn", "CH": "uid", "NO": "orgnr", "TR": "vkn",
    "TH": "tin", "VN": "mst", "ZA": "tin", "IL": "hp", "AR": "cuit", "CL": "rut", "CO": "nit", "PE": "ruc",
    "ID": "npwp", "MY": "tin", "EG": "tn", "UA": "edrpou",
}  # fmt: skip
_ANY = re.compile(r"[A-Z0-9]{4,24}")


def parse_tax_id(raw: object, reading: Reading, country: str | None = None) -> str:
    """The number without blanks and dashes, in capitals, checked by the rule of `country`; "" where it is blank.

    The country is the letters in front of a European VAT number, else `country`, else the reader's own.
    """
    text = _LOOSE.sub("", unicodedata.normalize("NFKC", clean(as_text(raw)))).upper()
    if blank(text, reading):
        return ""
    home = country or reading.country
    if text[:2] in (*_PREFIXED, "EL", "XI") and any(sign.isdigit() for sign in text[2:]) and (home != "CN" or len(text) < 18):
        return _vat(text, reading)
    if home == "CN":
        return _credit_code(text)
    if home in _PREFIXED:
        return _vat(f"{'EL' if home == 'GR' else home}{text}", reading)
    return _by_rule(text, home, reading)


def _credit_code(text: str) -> str:
    if len(text) != 18:
        raise FieldError(_("A credit code has 18 characters; this has %(count)s."), count=len(text))
    odd = next((sign for sign in text if sign not in _CREDIT_SIGNS), None)
    if odd:
        raise FieldError(
            _("A credit code is made of digits and capital letters without I, O, S, V and Z; this has %(sign)s."),
            sign=odd,
        )
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(text, _CREDIT_WEIGHTS, strict=False))
    right = _CREDIT_SIGNS[(31 - total % 31) % 31]
    if text[17] != right:
        raise FieldError(
            _("The first 17 characters ask for %(right)s at the end, not %(found)s. Compare them with the licence."),
            right=right,
            found=text[17],
        )
    return text


@lru_cache(maxsize=300)
def _rule(country: str, name: str) -> ModuleType | None:
    found = get_cc_module(country.lower(), name)
    return found if isinstance(found, ModuleType) else None


def _vat(text: str, reading: Reading) -> str:
    letters = text[:2]
    country = {"EL": "GR", "XI": "GB"}.get(letters, letters)
    rule = _rule(country, "vat")
    if rule is None:
        return _plain(text)
    return letters + _checked(text[2:], rule, country, reading).removeprefix(letters)


def _by_rule(text: str, country: str, reading: Reading) -> str:
    rule = _rule(country, _OWN_NAME.get(country, "vat"))
    return _checked(text, rule, country, reading) if rule else _plain(text)


def _checked(text: str, rule: ModuleType, country: str, reading: Reading) -> str:
    where = str(Locale.parse(reading.locale).territories.get(country, country))
    try:
        return str(rule.compact(rule.validate(text))).upper()
    except InvalidLength:
        raise FieldError(
            _("A tax number in %(country)s has another length; this has %(count)s characters."),
            country=where,
            count=len(text),
        ) from None
    except InvalidChecksum:
        raise FieldError(
            _("The check digit of this number does not fit the others. Compare it with a paper from %(country)s."),
            country=where,
        ) from None
    except (ValidationError, ValueError, IndexError, KeyError, TypeError):
        raise FieldError(_("A tax number in %(country)s is written differently. Compare it with a paper."), country=where) from None


def _plain(text: str) -> str:
    if not _ANY.fullmatch(text):
        raise FieldError(_("A tax number has 4 to 24 letters and digits."))
    return text


def show_tax_id(value: str, reading: Reading) -> str:
    """The number as it is kept: people compare it character by character."""
    return value or ""
