"""Plain text, cleaned on every path: form, API, import, automation."""

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.forms.errors import FieldError, one_value
from crm.kernel.entity.forms.reading import Reading

LONGEST = 100_000
_REFUSED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LAYOUT = re.compile("[\n\t]+")
# Overrides, embeddings and isolates can make a text show other than it is, or turn the rest of a page around. The
# plain direction marks (U+200E, U+200F, U+061C) cannot, and right-to-left names need them. U+FEFF is a stray BOM.
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_EDGE = " \t\n\xa0\u1680\u202f\u205f\u2060\u3000" + "".join(map(chr, range(0x2000, 0x200C)))


def clean(raw: str, lines: bool = False) -> str:
    """`raw` in NFC, without blanks at the ends; line breaks become "\\n", or spaces where `lines` is false.

    Raises FieldError for NUL, lone surrogates and other characters that no storage or file keeps.
    """
    text = raw if raw.isprintable() else _laid_out(raw, lines)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip(_EDGE)


def _laid_out(raw: str, lines: bool) -> str:
    odd = _REFUSED.search(raw)
    if odd:
        raise FieldError(
            _("Character %(place)s (%(code)s) is a control sign that cannot be kept. Remove it."),
            place=odd.start() + 1,
            code=f"U+{ord(odd.group()):04X}",
        )
    text = _TURNED.sub("", _BREAKS.sub("\n", raw))
    return text if lines else _LAYOUT.sub(" ", text)


# How other systems write that they do not know a value.
_MISSING = frozenset(("na", "n/a", "n.a.", "#n/a", "nan", "null", "nil", "none", "\\n", "-", "--", "–", "—", "?", "无", "暂无", "未知"))


def blank(text: str, reading: Reading) -> bool:
    """Whether a cleaned text means that there is no value; an import of an old list knows "N/A" and its like."""
    return not text or (reading.lenient and text.casefold() in _MISSING)


def as_text(raw: object) -> str:
    """The text that a single value of any kind means (a cell, a JSON value), not yet cleaned."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float | Decimal):
        return _number_text(raw)
    if isinstance(raw, datetime | date):
        return raw.isoformat()
    if isinstance(raw, UUID):
        return str(raw)
    raise one_value(raw)


def _number_text(raw: int | float | Decimal) -> str:
    endless = isinstance(raw, float) and not math.isfinite(raw) or isinstance(raw, Decimal) and not raw.is_finite()
    if endless or not -(10**40) < raw < 10**40:
        raise FieldError(_("A number has at most 40 digits."))
    if isinstance(raw, float):
        return format(Decimal(repr(raw)), "f").removesuffix(".0")
    return format(raw, "f") if isinstance(raw, Decimal) else str(raw)


def parse_text(raw: object, reading: Reading, longest: int = 200) -> str:
    """One line of text of at most `longest` characters; "" where it is blank."""
    return _fitting(clean(raw if isinstance(raw, str) else as_text(raw)), longest)


def parse_long_text(raw: object, reading: Reading, longest: int = LONGEST) -> str:
    """Text of several lines; "" where it is blank."""
    return _fitting(clean(raw if isinstance(raw, str) else as_text(raw), lines=True), longest)


def _fitting(text: str, longest: int) -> str:
    if len(text) > longest:
        raise FieldError(
            _("At most %(most)s characters fit here; this has %(count)s."),
            most=f"{longest:,}",
            count=f"{len(text):,}",
        )
    return text


def show_text(value: str, reading: Reading) -> str:
    """Text shows as it is."""
    return value or ""
