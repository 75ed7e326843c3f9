"""Postcodes, by the rule of their country."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.forms.countries import country_name
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, clean

# Country → groups of the code without blanks and dashes, what joins them, an example.
_RULES: dict[str, tuple[str, str, str]] = {
    "CN": (r"(\d{6})", "", "200040"),
    "US": (r"(\d{5})(\d{4})?", "-", "97403"),
    "IN": (r"([1-9]\d{5})", "", "400001"),
    "GB": (r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", " ", "SW1A 1AA"),
    "JP": (r"(\d{3})(\d{4})", "-", "100-0001"),
    "CA": (r"([A-Z]\d[A-Z])(\d[A-Z]\d)", " ", "T2F 8M4"),
    "KR": (r"(\d{5})", "", "04524"),
    "RU": (r"(\d{6})", "", "101000"),
    "DE": (r"(\d{5})", "", "12209"),
    "FR": (r"(\d{5})", "", "67000"),
    "ES": (r"(\d{5})", "", "28001"),
    "IT": (r"(\d{5})", "", "10100"),
    "MX": (r"(\d{5})", "", "05021"),
    "FI": (r"(\d{5})", "", "90110"),
    "TR": (r"(\d{5})", "", "34000"),
    "MY": (r"(\d{5})", "", "50000"),
    "TH": (r"(\d{5})", "", "10110"),
    "SG": (r"(\d{6})", "", "018956"),
    "VN": (r"(\d{5,6})", "", "70000"),
    "AU": (r"(\d{4})", "", "2000"),
    "AT": (r"(\d{4})", "", "8010"),
    "CH": (r"(\d{4})", "", "3012"),
    "BE": (r"(\d{4})", "", "1180"),
    "DK": (r"(\d{4})", "", "1734"),
    "NO": (r"(\d{4})", "", "4110"),
    "HU": (r"(\d{4})", "", "1011"),
    "NZ": (r"(\d{4})", "", "6011"),
    "ZA": (r"(\d{4})", "", "8001"),
    "SE": (r"(\d{3})(\d{2})", " ", "958 22"),
    "CZ": (r"(\d{3})(\d{2})", " ", "110 00"),
    "SK": (r"(\d{3})(\d{2})", " ", "811 01"),
    "GR": (r"(\d{3})(\d{2})", " ", "105 57"),
    "NL": (r"(\d{4})([A-Z]{2})", " ", "1012 AB"),
    "PL": (r"(\d{2})(\d{3})", "-", "01-012"),
    "PT": (r"(\d{4})(\d{3})?", "-", "1675-001"),
    "BR": (r"(\d{5})(\d{3})", "-", "05432-043"),
    "TW": (r"(\d{3}(?:\d{2,3})?)", "", "106"),
    "AR": (r"([A-Z]?\d{4}(?:[A-Z]{3})?)", "", "1010"),
    "IE": (r"([A-Z]\d[\dW])([A-Z\d]{4})", " ", "D02 X285"),
}
_LOOSE = re.compile(r"[\s\-–.]")
_OLD_PREFIX = re.compile(r"^[A-Z]{1,3}(?=\d)")
_ANY = re.compile(r"[A-Z0-9][A-Z0-9 -]{0,11}")


def parse_postcode(raw: object, country: str, reading: Reading) -> str:
    """The postcode as `country` (ISO 3166) writes it; "" where it is blank.

    A number from a spreadsheet gets the zeros back that the spreadsheet took. Countries without a rule here: any short
    text of letters and digits.
    """
    text = unicodedata.normalize("NFKC", clean(as_text(raw))).upper().strip()
    if not text:
        return ""
    rule = _RULES.get(country)
    if rule is None:
        if _ANY.fullmatch(text) or reading.lenient:
            return text[:20]
        raise FieldError(_("A postcode has at most 12 letters and digits."))
    pattern, joint, example = rule
    if isinstance(raw, int | float) and text.isdigit():
        text = text.zfill(len(_LOOSE.sub("", example)))
    match = _matched(text, pattern)
    if match:
        return joint.join(part for part in match.groups() if part)
    if reading.lenient:
        return text[:20]
    raise FieldError(
        _("A postcode in %(country)s looks like %(example)s."),
        country=country_name(country, reading.locale),
        example=example,
    )


def _matched(text: str, pattern: str) -> re.Match[str] | None:
    compact = _LOOSE.sub("", text)
    # "S-958 22", "B-1180": the letters of the country, as they were once written in front.
    return re.fullmatch(pattern, compact) or re.fullmatch(pattern, _OLD_PREFIX.sub("", compact))


def find_postcode(text: str, country: str) -> tuple[str, str]:
    """(postcode, rest) where `text` begins or ends with a postcode of `country`; ("", text) else."""
    rule = _RULES.get(country)
    if rule is None:
        return "", text
    words = text.split()
    for count in (2, 1):
        for part, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            match = _matched(" ".join(part).upper(), rule[0]) if len(part) == count else None
            if match and (count == 1 or len([one for one in match.groups() if one]) > 1):
                return rule[1].join(one for one in match.groups() if one), " ".join(rest).strip(" ,")
    return "", text
