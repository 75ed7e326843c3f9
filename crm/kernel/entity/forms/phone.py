"""Phone numbers: kept as E.164 (with ";ext=" behind), shown grouped as people read them aloud."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from babel import Locale
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

_LONGEST = 60
_LOOSE = str.maketrans("", "", " -().\xa0")
# The shapes that nearly every Chinese list holds; the library takes 274 µs for what this decides in two.
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_FIXED = re.compile(r"(?:(?:(?:\+|00)86)?0|(?:\+|00)86)((?:10|2[0-57-9])[2-8][0-9]{7}|[3-9][0-9]{2}[2-8][0-9]{6,7})")
_SERVICE = re.compile(r"(?:(?:\+|00)86)?((?:400|800)[0-9]{7}|1[02][0-9]{3}|9[56][0-9]{3,6})")
_EXTENSION = re.compile(
    r"\s*(?:;ext=|[,;]?\s*(?:ext(?:ension)?\.?|extn\.?|x|#|转|轉|分机号?|分機號?)\s*[:：.]?\s*|(?<=[0-9]{7})\s*-\s*(?=[0-9]{3,5}$))"
    r"([0-9]{1,8})$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"[0-9]{5,}[0-9\s-]*\s*[;；,，、/／|]\s*\+?[0-9]")
_KEPT = re.compile(r"[0-9+#*()/.,;: A-Za-z-]{3,40}")


def parse_phone(raw: object, reading: Reading, country: str | None = None) -> str:
    """E.164, with ";ext=…" where there is an extension; "" where it is blank.

    A number without country code is read as one of `country` (ISO 3166), else of the reader's country.
    """
    text = clean(as_text(raw))
    if blank(text, reading):
        return ""
    home = country or reading.country
    found = _common(text.translate(_LOOSE), home)
    if found:
        return found
    text = unicodedata.normalize("NFKC", text).removeprefix("tel:")
    body, extension = _without_extension(text)
    try:
        number = _common(body.translate(_LOOSE), home) or _any(body, home, reading)
    except FieldError:
        if reading.lenient and _KEPT.fullmatch(text) and sum(sign.isdigit() for sign in text) >= 3:
            return text
        raise
    return f"{number};ext={extension}" if extension else number


def _common(text: str, country: str) -> str | None:
    if country != "CN" and not text.startswith(("+86", "0086")):
        return None
    match = _MOBILE.fullmatch(text) or _FIXED.fullmatch(text) or _SERVICE.fullmatch(text)
    return f"+86{match[1]}" if match else None


def _without_extension(text: str) -> tuple[str, str]:
    match = _EXTENSION.search(text)
    return (text[: match.start()].strip(), match[1]) if match else (text, "")


def _any(text: str, country: str, reading: Reading) -> str:
    if len(text) > _LONGEST:
        raise FieldError(_("A phone number has at most 15 digits."))
    if _SEVERAL.search(text):
        raise FieldError(_("One number belongs here; add the other one as a second phone."))
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise FieldError(_("Begin with + and the country code, as in %(example)s."), example=_sample("CN")) from None
        raise _shaped(country, reading) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        at_home = country == "CN" and number.country_code == 86
        raise _chinese_misfit(text) if at_home else _misfit(number, country, reading)
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _chinese_misfit(text: str) -> FieldError:
    digits = re.sub(r"[^0-9]", "", text).removeprefix("0086").removeprefix("86")
    if re.match(r"1[3-9]", digits):
        return FieldError(_("A mobile number in China has 11 digits; this has %(count)s."), count=len(digits))
    if re.fullmatch(r"[2-8][0-9]{6,7}", digits):
        return FieldError(_("Add the area code, as in %(example)s."), example=f"021 {digits}")
    return FieldError(
        _("A fixed line in China is an area code and 7 or 8 digits, as in %(example)s; this has %(count)s digits."),
        example=_sample("CN", home=True),
        count=len(digits),
    )


def _misfit(number: PhoneNumber, country: str, reading: Reading) -> FieldError:
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0) or (country,)
    region = country if country in regions else regions[0]
    reason = phonenumbers.is_possible_number_with_reason(number)
    facts = {"country": _country(region, reading), "example": _sample(region, home=region == country)}
    if reason == ValidationResult.IS_POSSIBLE_LOCAL_ONLY and region == country:
        return FieldError(_("Add the area code, as in %(example)s."), **facts)
    if reason in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        return FieldError(_("A number in %(country)s has more digits, as in %(example)s."), **facts)
    if reason == ValidationResult.TOO_LONG:
        return FieldError(_("A number in %(country)s has fewer digits, as in %(example)s."), **facts)
    return _shaped(region, reading)


def _shaped(country: str, reading: Reading) -> FieldError:
    return FieldError(
        _("A number in %(country)s looks like %(example)s; one from elsewhere begins with + and the country code."),
        country=_country(country, reading),
        example=_sample(country, home=True),
    )


def _country(code: str, reading: Reading) -> str:
    return str(Locale.parse(reading.locale).territories.get(code, code))


@lru_cache(maxsize=500)
def _sample(country: str, home: bool = False) -> str:
    if country == "CN":
        return "021 6488 2107" if home else "+86 21 6488 2107"
    number = phonenumbers.example_number(country)
    if number is None:
        return "+44 113 496 0455"
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, style))


def show_phone(value: str, reading: Reading) -> str:
    """ "021 6488 2107" at home, "+44 113 496 0455" from elsewhere, the extension behind; "" for blank."""
    number, _mark, extension = (value or "").partition(";ext=")
    shown = _grouped(number, reading.country) if number.startswith("+") else number
    if not extension:
        return shown
    if reading.chinese:
        return f"{shown} {'轉' if reading.language == 'zh-hant' else '转'} {extension}"
    return f"{shown} ext. {extension}"


@lru_cache(maxsize=20_000)
def _grouped(number: str, home: str) -> str:
    known = _grouped_in_china(number) if home == "CN" and number.startswith("+86") else None
    if known:
        return known
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return number
    if not phonenumbers.is_valid_number(parsed):
        return f"+86 {number[3:]}" if number.startswith("+86") else number
    at_home = phonenumbers.region_code_for_number(parsed) == home
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, style))


def _grouped_in_china(number: str) -> str | None:
    """The common Chinese shapes as they are read at home; None for any other."""
    digits = number[3:]
    if _MOBILE.fullmatch(number):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    if len(digits) < 9:
        return digits
    if digits[:3] in ("400", "800") or not _FIXED.fullmatch(number):
        return None
    area = 2 if digits[0] in "12" else 3
    return f"0{digits[:area]} {digits[area:-4]} {digits[-4:]}"


def phone_link(value: str) -> str:
    """The address that dials the number; "" where the value is not E.164."""
    return f"tel:{value}" if value.startswith("+") else ""


def phone_tail(value: str, digits: int = 8) -> str:
    """The last digits without the extension: what people search and compare by."""
    return re.sub(r"[^0-9]", "", value.partition(";ext=")[0])[-digits:]
