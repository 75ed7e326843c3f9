"""Whole numbers, decimals, percent and money. Never a float: what was written is what is kept."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.kernel.base.money import Money, places
from crm.kernel.entity.forms import currencies
from crm.kernel.entity.forms.errors import FieldError, Words
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

BIG = 2**63 - 1
_DIGITS_MOST = 40
_TIMES = {
    "十": 1, "百": 2, "千": 3, "k": 3, "thousand": 3, "万": 4, "萬": 4, "十万": 5, "十萬": 5, "百万": 6,
    "百萬": 6, "m": 6, "mn": 6, "mln": 6, "mio": 6, "million": 6, "千万": 7, "千萬": 7, "亿": 8, "億": 8,
    "b": 9, "bn": 9, "bln": 9, "billion": 9, "万亿": 12, "萬億": 12, "兆": 12, "tn": 12, "trillion": 12,
}  # fmt: skip
_TIMES_END = re.compile(r"(?<=[0-9. ])(" + "|".join(sorted(_TIMES, key=len, reverse=True)) + r")$", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:S\d{3})+|\d{1,4}(?:S\d{4})+|\d{1,2}(?:S\d{2})+S\d{3}".replace("S", "[^0-9]"))
_SPACED = re.compile(r"(?<=\d)[ '’](?=\d)")
_POWER = re.compile(r"([0-9.,]+)e([+-]?\d{1,2})", re.IGNORECASE)
_MINUS = "-−–"
_Scale = tuple[tuple[Decimal, tuple[int, str, int]], ...]
# From which amount on, cut by which power of ten, called what, with how many digits behind the mark.
_ENGLISH: _Scale = (
    (Decimal("999.5e6"), (9, "B", 2)),
    (Decimal("999.5e3"), (6, "M", 2)),
    (Decimal("9950"), (3, "k", 0)),
    (Decimal("999.5"), (3, "k", 1)),
    (Decimal(0), (0, "", 0)),
)
_CHINESE: _Scale = (
    (Decimal("9999.5e4"), (8, "亿", 2)),
    (Decimal("999.95e4"), (4, "万", 0)),
    (Decimal("9999.5"), (4, "万", 1)),
    (Decimal(0), (0, "", 0)),
)


@dataclass(slots=True)
class _Written:
    """A number taken apart: the value, the currency that was named, and whether it came as a float."""

    value: Decimal
    currency: str | None = None
    rough: bool = False


def _not_a_number(example: Words) -> FieldError:
    return FieldError(_("Write a number, such as %(example)s."), example=example)


def _read(raw: object, reading: Reading, example: str, own: str | None = None) -> _Written | None:
    """The number that `raw` means, exact; `own` is given for money and is the currency of a bare sign."""
    if isinstance(raw, bool):
        raise _not_a_number(example)
    text = clean(as_text(raw))
    if blank(text, reading):
        return None
    if isinstance(raw, int | float | Decimal):
        return _Written(Decimal(text), rough=isinstance(raw, float))
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MOST:
        return _Written(Decimal(text))
    return _take_apart(unicodedata.normalize("NFKC", text).strip(), reading, example, own)


def _take_apart(text: str, reading: Reading, example: str, own: str | None) -> _Written:
    negative, body = False, text
    if body.startswith("(") and body.endswith(")"):
        negative, body = True, body[1:-1].strip()
    minus, body = _take_minus(body)
    code = None
    if own is not None:
        code, body = currencies.take_front(body, own)
        second, body = currencies.take_back(body, own)
        if code and second and code != second and text[-1:] not in "元圆圓块塊":
            raise FieldError(
                _("One amount has one currency; this names %(first)s and %(second)s."),
                first=code,
                second=second,
            )
        code = code or second
    later, body = _take_minus(body)
    if body[-1:] in _MINUS and body[:-1].strip():
        later, body = True, body[:-1].rstrip()
    if sum((negative, minus, later)) > 1:
        raise _not_a_number(example)
    power = 0
    times = _TIMES_END.search(body)
    if times:
        power, body = _TIMES[times.group(1).lower()], body[: times.start()].rstrip()
    value = _digits(body, reading.decimal_mark, example, power)
    return _Written(-value if negative or minus or later else value, code)


def _take_minus(text: str) -> tuple[bool, str]:
    if text[:1] and text[0] in _MINUS:
        return True, text[1:].lstrip()
    return False, text[1:].lstrip() if text[:1] == "+" else text


def _digits(text: str, mark: str, example: str, power: int) -> Decimal:
    scientific = _POWER.fullmatch(text)
    if scientific:
        text, power = scientific.group(1), power + int(scientific.group(2))
    whole, fraction = _parted(text, mark, example)
    if len(whole) + len(fraction) > _DIGITS_MOST or abs(power) > _DIGITS_MOST:
        raise FieldError(_("A number has at most 40 digits."))
    if not (whole or fraction) or not (whole + fraction).isascii() or not (whole + fraction).isdigit():
        raise _not_a_number(example)
    return Decimal(f"{whole or 0}.{fraction or 0}").scaleb(power)


def _parted(text: str, mark: str, example: str) -> tuple[str, str]:
    """The digits before and behind the decimal mark, groups joined."""
    text = text.replace("’", "'")
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        mark = "," if comma > point else "."
    elif text.count(mark) > 1:
        mark = "," if mark == "." else "."
    whole, found, fraction = text.rpartition(mark)
    if not found:
        whole, fraction = fraction, ""
    if whole.isdigit() or not whole:
        return whole, fraction
    groups = set(whole) - set("0123456789")
    if len(groups) > 1 or not groups <= set(",.' ") or not _GROUPED.fullmatch(whole):
        raise _ungrouped(text, mark) if groups <= set(",.' ") else _not_a_number(example)
    return whole.replace(groups.pop(), ""), fraction


def _ungrouped(text: str, mark: str) -> FieldError:
    other = "," if mark == "." else "."
    return FieldError(
        _("The decimal mark here is “%(mark)s”, and digits are grouped by three, as in %(example)s."),
        mark=mark,
        example=f"1{other}234{mark}56",
    )


def _within(value: Decimal, low: Decimal | int, high: Decimal | int, reading: Reading) -> None:
    if not low <= value <= high:
        raise FieldError(
            _("It goes from %(low)s to %(high)s; this is %(value)s."),
            low=show_decimal(Decimal(low), reading),
            high=show_decimal(Decimal(high), reading),
            value=show_decimal(value, reading),
        )


def _fitted(written: _Written, digits: int, reading: Reading) -> Decimal:
    """The value with exactly `digits` behind the mark; a float (a computed cell) is rounded, a written one refused."""
    with localcontext() as context:
        context.prec = 3 * _DIGITS_MOST
        fitted = written.value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        if fitted != written.value and not written.rough:
            has = -int(written.value.normalize().as_tuple().exponent)
            raise FieldError(
                ngettext_lazy(
                    "At most %(most)s digit fits behind the decimal mark; this has %(has)s.",
                    "At most %(most)s digits fit behind the decimal mark; this has %(has)s.",
                    "most",
                ),
                most=digits,
                has=has,
            )
    return fitted + 0


def parse_integer(raw: object, reading: Reading, low: int = -BIG, high: int = BIG) -> int | None:
    """A whole number ("1,200", "3万", "12.0"); None where it is blank."""
    written = _read(raw, reading, "1,200")
    if written is None:
        return None
    value = written.value
    if value != value.to_integral_value():
        raise FieldError(
            _("A whole number has nothing behind the decimal mark; this is %(value)s."),
            value=show_decimal(value, reading),
        )
    _within(value, low, high, reading)
    return int(value)


def show_integer(value: int | None, reading: Reading) -> str:
    """ "1,200"; "" for None."""
    return "" if value is None else show_decimal(Decimal(value), reading)


def parse_decimal(
    raw: object,
    reading: Reading,
    digits: int = 4,
    low: Decimal | int | None = None,
    high: Decimal | int | None = None,
) -> Decimal | None:
    """A decimal with `digits` behind the mark, so that value × 10^digits fits a bigint; None where it is blank."""
    written = _read(raw, reading, "1,234.5")
    if written is None:
        return None
    value = _fitted(written, digits, reading)
    most = Decimal(BIG).scaleb(-digits)
    _within(value, -most if low is None else low, most if high is None else high, reading)
    return value


def show_decimal(value: Decimal | None, reading: Reading) -> str:
    """Grouped by three, without idle zeros, with a true minus sign: "−1,234.5"; "" for None."""
    if value is None:
        return ""
    text = f"{abs(value):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if reading.decimal_mark == ",":
        text = text.translate({44: ".", 46: ","})
    return f"−{text}" if value < 0 else text


def parse_percent(raw: object, reading: Reading, digits: int = 2) -> Decimal | None:
    """Percent as the number before the sign: "12.5%", "12.5" and "百分之12.5" are 12.5; None where it is blank."""
    if isinstance(raw, str):
        text = unicodedata.normalize("NFKC", clean(raw))
        raw = text.removeprefix("百分之").removesuffix("%").removesuffix("percent").rstrip()
        if text and not raw:
            raise _not_a_number("12.5%")
    return parse_decimal(raw, reading, digits)


def show_percent(value: Decimal | None, reading: Reading) -> str:
    """ "12.5%"; "" for None."""
    return "" if value is None else f"{show_decimal(value, reading)}%"


def parse_money(raw: object, reading: Reading, currency: str | None = None) -> Money | None:
    """An amount with its currency; None where it is blank.

    A currency named in the text wins ("US$ 500", "CNY 500", "3.5万元"), then `currency`, then the reader's own.
    Digits behind the mark are those of the currency. Raises FieldError past what 64 bits of minor units hold.
    """
    if isinstance(raw, Money):
        return raw
    own = currency or reading.currency
    written = _read(raw, reading, "1,286,000", own)
    if written is None:
        return None
    code = written.currency or own
    value = _fitted(written, places(code), reading)
    most = Decimal(BIG).scaleb(-places(code))
    if abs(value) > most:
        raise FieldError(
            _("The largest amount is %(most)s; this is %(value)s."),
            most=show_decimal(most, reading),
            value=show_decimal(value, reading),
        )
    return Money(int(value.scaleb(places(code))), code)


def show_money(value: Money | None, reading: Reading) -> str:
    """Exact, as in tables: "¥1,286,000", "US$1,054.50"; "" for None."""
    if value is None:
        return ""
    text = show_decimal(abs(value.decimal), reading)
    behind = text.rpartition(reading.decimal_mark)[2] if reading.decimal_mark in text else ""
    if behind and len(behind) < places(value.currency):
        text += "0" * (places(value.currency) - len(behind))
    return f"{'−' if value.minor < 0 else ''}{currencies.sign(value.currency, reading)}{text}"


def short_money(value: Money | None, reading: Reading) -> str:
    """Short, as on tiles: "¥1.29M", "¥98k"; "¥128.6万", "¥1.29亿"; "" for None."""
    if value is None:
        return ""
    body = short_number(abs(value.decimal), reading)
    return f"{'−' if value.minor < 0 else ''}{currencies.sign(value.currency, reading)}{body}"


def short_number(value: Decimal | int, reading: Reading) -> str:
    """A figure cut to what the eye takes in: 98k, 1.29M in English; 9.8万, 128.6万, 1.29亿 in Chinese."""
    amount = abs(Decimal(value))
    scale = _CHINESE if reading.chinese else _ENGLISH
    power, unit, behind = next(cut for start, cut in scale if amount >= start)
    unit = {"万": "萬", "亿": "億"}.get(unit, unit) if reading.language == "zh-hant" else unit
    return f"{'−' if value < 0 else ''}{show_decimal(_cut(amount, power, behind), reading)}{unit}"


def _cut(amount: Decimal, power: int, behind: int) -> Decimal:
    return amount.scaleb(-power).quantize(Decimal(1).scaleb(-behind), rounding=ROUND_HALF_UP)
