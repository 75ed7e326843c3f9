"""How a text is to be read and shown: language, country, currency, time zone, order of dates."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

DateOrder = Literal["ymd", "mdy", "dmy"]
LANGUAGES = ("en", "zh-hans", "zh-hant")
_LOCALES = {"en": "en", "zh-hans": "zh_Hans", "zh-hant": "zh_Hant"}


class Reader(Protocol):
    """Whoever reads: a user or an actor."""

    @property
    def language(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """`language` "en", "zh-hans" or "zh-hant"; `country` ISO 3166 alpha-2; `currency` ISO 4217; `time_zone` IANA.

    `date_order` None means: by country, and a date that fits only one order is read in that order. A given order is
    kept strictly, as a column of an import must be read in one way. `decimal_mark` is "." or ",". `lenient` (imports of
    old lists) keeps a phone number or postcode that fits no plan as it was written, instead of refusing it, and reads
    "N/A" and its like as no value where text is not wanted.
    """

    language: str = "en"
    country: str = "CN"
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    date_order: DateOrder | None = None
    decimal_mark: Literal[".", ","] = "."
    lenient: bool = False

    @classmethod
    def of(cls, reader: Reader) -> "Reading":
        """The reading of a user or actor."""
        return cls(reader.language, reader.country, reader.currency, reader.time_zone)

    @property
    def chinese(self) -> bool:
        return self.language.startswith("zh")

    @property
    def locale(self) -> str:
        """The locale by the name that Babel knows."""
        return _LOCALES.get(self.language, "en")

    @property
    def zone(self) -> tzinfo:
        """The reader's time zone; UTC where the name is not known on this machine."""
        return zone_named(self.time_zone) or UTC


@lru_cache(maxsize=600)
def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name, or None."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


_DEFAULT = Reading()
_current: ContextVar[Reading | None] = ContextVar("kith_reading", default=None)


def current_reading() -> Reading:
    """The reading of the ambient request or job."""
    return _current.get() or _DEFAULT


def chosen_reading() -> Reading | None:
    """The reading that an import or form has set; None where nobody has."""
    return _current.get()


@contextmanager
def use_reading(reading: Reading) -> Iterator[Reading]:
    """Read and show everything inside by `reading`."""
    token = _current.set(reading)
    try:
        yield reading
    finally:
        _current.reset(token)
