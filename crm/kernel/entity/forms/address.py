"""Postal addresses: country, province or state, city, district, postcode, street; written in the country's order."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.forms.address_parts import Address
from crm.kernel.entity.forms.chinese_address import province, split_address
from crm.kernel.entity.forms.countries import (
    country_choices,
    country_name,
    find_country,
    parse_country,
    show_country,
)
from crm.kernel.entity.forms.errors import FieldError, one_value
from crm.kernel.entity.forms.postcode import find_postcode, parse_postcode
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, clean, parse_text

__all__ = [
    "Address", "country_choices", "parse_address", "parse_country", "parse_postcode", "parse_region", "show_address",
    "show_country",
]  # fmt: skip

LONGEST = 600
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_PARTED = re.compile(r"\s*[,，\n]\s*")
_HAN_COUNTRIES = frozenset({"CN", "TW", "HK", "MO"})
_BIG_FIRST = frozenset({"CN", "TW", "HK", "MO", "JP", "KR"})
_CODE_FIRST = frozenset("AT BE BR CH CN CZ DE DK ES FI FR GR HU IS IT LT LU LV EE MX NL NO PL PT RO RU SE SI SK TR UA HR BG RS AR".split())
_STATE_CODE = re.compile(r"[A-Z]{2,3}")
_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC "
    "ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC".split()
)


_NAMES = tuple(part.name for part in fields(Address))


def parse_address(raw: object, reading: Reading) -> Address | None:
    """The address in one text (as far as its parts can be told), or in an object with the parts; None where blank."""
    if isinstance(raw, Address):
        return raw
    if isinstance(raw, Mapping):
        return _from_parts(raw, reading)
    text = clean(as_text(raw), lines=True)
    if len(text) > LONGEST:
        raise FieldError(
            _("An address has at most %(most)s characters; this has %(count)s."),
            most=LONGEST,
            count=len(text),
        )
    text = _PARTED.sub(", ", text).strip(" ,")
    if not text:
        return None
    if len(_HAN.findall(text)) * 2 >= len(re.sub(r"[\W\d]", "", text)) > 0:
        found = split_address(text)
        at_home = not found.country and reading.country in _HAN_COUNTRIES
        return replace(found, country=reading.country) if at_home else found
    return _western(text, reading)


def _from_parts(raw: Mapping[str, object], reading: Reading) -> Address | None:
    unknown = next((name for name in raw if name not in _NAMES), None)
    if unknown is not None:
        raise one_value(raw)
    country = parse_country(raw.get("country"), reading)
    given = {name: parse_text(raw.get(name), reading) for name in ("city", "district", "street")}
    address = Address(
        country=country,
        region=parse_region(raw.get("region"), country, reading),
        postcode=parse_postcode(raw.get("postcode"), country or reading.country, reading),
        **given,
    )
    return address if any(getattr(address, name) for name in _NAMES) else None


def parse_region(raw: object, country: str, reading: Reading) -> str:
    """A province or state; in China by its full name, whatever of 粤, 广东, 广东省 is given; "" where it is blank."""
    text = parse_text(raw, reading)
    return province(text) or text if country in ("CN", "") else text


def _western(text: str, reading: Reading) -> Address:
    parts = [part for part in _PARTED.split(text) if part]
    country = find_country(parts[-1]) if len(parts) > 1 else None
    # "GA", "CA", "DE" behind a city are states of America before they are Gabon, Canada and Germany.
    if country and parts[-1] in _STATES:
        country = None
    if country:
        parts.pop()
    postcode, region, city = "", "", ""
    for index in range(len(parts) - 1, max(len(parts) - 3, 0), -1):
        postcode, rest = find_postcode(parts[index], country or reading.country)
        if postcode:
            parts[index : index + 1] = [rest] if rest else []
            break
    if len(parts) > 2 and (_STATE_CODE.fullmatch(parts[-1]) or len(parts) > 3):
        region = parts.pop()
    if len(parts) > 1:
        city = parts.pop()
    return Address(country or "", region, city, "", postcode, ", ".join(parts))


def show_address(value: Address | None, reading: Reading | None, lines: bool = False) -> str:
    """The address in the order of its country: Chinese from big to small without blanks, Western from the street up.

    The country is named where it is not the reader's own (always where `reading` is None); `lines` parts it by line.
    """
    if value is None:
        return ""
    value = replace(value, **{name: getattr(value, name) or "" for name in _NAMES})
    country = ""
    if value.country and (reading is None or value.country != reading.country):
        country = country_name(value.country, reading.locale if reading else "en")
    written = value.region + value.city + value.district + value.street
    if _HAN.search(written) and (value.country or "CN") in _BIG_FIRST:
        return _big_first(value, country if reading and reading.chinese else "", lines)
    return _street_first(value, country, lines)


def _big_first(value: Address, country: str, lines: bool) -> str:
    if value.region and value.region[:2] in country:
        country = ""
    city = "" if value.city == value.region else value.city
    place = f"{country}{value.region}{city}{value.district}"
    if value.postcode and lines:
        return "\n".join(part for part in (place, value.street, value.postcode) if part)
    joint = "\n" if lines else ""
    whole = joint.join(part for part in (place, value.street) if part)
    return f"{whole} {value.postcode}".strip()


def _street_first(value: Address, country: str, lines: bool) -> str:
    if value.country in _CODE_FIRST or not value.country:
        town = [f"{value.postcode} {value.city}".strip(), value.region]
    elif value.country == "GB":
        town = [value.city, value.region, value.postcode]
    else:
        town = [value.city, f"{value.region} {value.postcode}".strip()]
    if len(town) == 2 and value.city == value.region:
        town = town[:1] if value.postcode in town[0] else [town[0], value.postcode]
    parts = [value.street, value.district, *town, country]
    return ("\n" if lines else ", ").join(part for part in parts if part)
