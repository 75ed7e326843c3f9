"""Countries: by code, or by their names in English and Chinese."""

import unicodedata
from functools import lru_cache

from babel import Locale
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.text import fold
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, clean

_NO_COUNTRY = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
_LOCALES = ("en", "zh_Hans", "zh_Hant")
_ALIASES = {
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "america": "US", "united states of america": "US",
    "美国": "US", "美利坚合众国": "US", "uk": "GB", "u.k.": "GB", "great britain": "GB", "britain": "GB",
    "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "英国": "GB", "中国": "CN",
    "中华人民共和国": "CN", "prc": "CN", "p.r.c.": "CN", "p.r. china": "CN", "pr china": "CN",
    "people's republic of china": "CN", "mainland china": "CN", "中国大陆": "CN", "china mainland": "CN",
    "hong kong": "HK", "hongkong": "HK", "香港": "HK", "中国香港": "HK", "香港特别行政区": "HK",
    "macau": "MO", "macao": "MO", "澳门": "MO", "中国澳门": "MO", "澳门特别行政区": "MO", "taiwan": "TW",
    "台湾": "TW", "臺灣": "TW", "中国台湾": "TW", "台湾省": "TW", "korea": "KR", "south korea": "KR",
    "republic of korea": "KR", "韩国": "KR", "南韩": "KR", "north korea": "KP", "朝鲜": "KP",
    "russia": "RU", "russian federation": "RU", "holland": "NL", "the netherlands": "NL",
    "czech republic": "CZ", "uae": "AE", "u.a.e.": "AE", "迪拜": "AE", "ksa": "SA", "viet nam": "VN",
    "越南": "VN", "burma": "MM", "ivory coast": "CI", "turkey": "TR", "philipines": "PH",
    "phillipines": "PH", "brasil": "BR", "españa": "ES", "deutschland": "DE", "italia": "IT",
    "méxico": "MX", "suisse": "CH", "schweiz": "CH", "österreich": "AT", "belgique": "BE", "danmark": "DK",
    "sverige": "SE", "norge": "NO", "suomi": "FI", "polska": "PL", "日本国": "JP", "大韩民国": "KR",
    "沙特": "SA", "阿联酋": "AE", "刚果": "CG", "congo": "CG", "macedonia": "MK", "swaziland": "SZ",
    "cape verde": "CV", "east timor": "TL", "palestine": "PS", "bosnia": "BA",
}  # fmt: skip
_ALPHA_3 = {
    "CHN": "CN", "GBR": "GB", "DEU": "DE", "FRA": "FR", "JPN": "JP", "KOR": "KR", "TWN": "TW", "HKG": "HK",
    "MAC": "MO", "SGP": "SG", "AUS": "AU", "CAN": "CA", "IND": "IN", "ITA": "IT", "ESP": "ES", "NLD": "NL",
    "CHE": "CH", "SWE": "SE", "NOR": "NO", "DNK": "DK", "FIN": "FI", "BEL": "BE", "AUT": "AT", "POL": "PL",
    "PRT": "PT", "BRA": "BR", "MEX": "MX", "ARG": "AR", "RUS": "RU", "TUR": "TR", "ARE": "AE", "SAU": "SA",
    "ZAF": "ZA", "THA": "TH", "VNM": "VN", "MYS": "MY", "IDN": "ID", "PHL": "PH", "NZL": "NZ", "IRL": "IE",
    "KEN": "KE", "EGY": "EG", "NGA": "NG", "ISR": "IL", "GRC": "GR",
}  # fmt: skip


@lru_cache(maxsize=8)
def country_names(locale: str) -> dict[str, str]:
    """{code: name} of all countries and territories in a Babel locale's language."""
    return {
        code: name
        for code, name in Locale.parse(locale).territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    found = {fold(name): code for locale in _LOCALES for code, name in country_names(locale).items()}
    return found | {fold(name): code for name, code in _ALIASES.items()}


def find_country(text: str) -> str | None:
    """The ISO 3166 code that a code or a name means, or None."""
    plain = unicodedata.normalize("NFKC", text).strip()
    upper = plain.upper()
    if len(upper) == 2 and upper in country_names("en"):
        return upper
    if len(upper) == 3 and upper in _ALPHA_3:
        return _ALPHA_3[upper]
    return _by_name().get(fold(plain))


def parse_country(raw: object, reading: Reading) -> str:
    """ISO 3166 alpha-2 of a code or a name in English or Chinese; "" where it is blank."""
    text = clean(as_text(raw))
    if not text:
        return ""
    found = find_country(text)
    if found is None:
        raise FieldError(
            _("Write a country by its name or its two letters, such as China, 中国 or CN; “%(text)s” is none."),
            text=text[:40],
        )
    return found


def country_name(code: str, locale: str) -> str:
    """The name of a country in a Babel locale's language; the code where there is none."""
    return country_names(locale).get(code, code)


def show_country(code: str, reading: Reading) -> str:
    """The country's name in the reader's language; "" for blank."""
    return country_name(code, reading.locale) if code else ""


def _active_name(code: str) -> str:
    return country_name(code, Reading(language=get_language() or "en").locale)


_lazy_name = lazy(_active_name, str)


@lru_cache(maxsize=1)
def country_choices() -> list[tuple[str, str | Promise]]:
    """[(code, name in the active language)] of all countries, by code."""
    return [(code, _lazy_name(code)) for code in sorted(country_names("en"))]
