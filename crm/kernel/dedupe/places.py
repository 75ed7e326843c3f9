"""Addresses taken apart for comparison: house number, words of the street, town, postcode."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crm.kernel.base.text import plain
from crm.kernel.dedupe.vocabulary import STREETS

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[^\W\d_㐀-䶿一-鿿豈-﫿]+")
_TAIL = re.compile("(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|省|市|地区|县|区)$")


@dataclass(frozen=True, slots=True)
class Place:
    """`street`: its words joined in short forms, `numbers`: in order of writing; all folded, "" where not known."""

    region: str = ""
    city: str = ""
    district: str = ""
    postcode: str = ""
    street: str = ""
    numbers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.street or self.postcode or self.city)


@lru_cache(maxsize=50_000)
def _place(region: str, city: str, district: str, postcode: str, street: str) -> Place:
    text = plain(street)
    words = [STREETS.get(one, one) for one in _WORD.findall(text)]
    return Place(
        _town(region),
        _town(city),
        _town(district),
        plain(postcode).replace(" ", ""),
        " ".join(words),
        tuple(_NUMBER.findall(f"{text} {district}")),
    )


def _town(text: str) -> str:
    folded = plain(text)
    return _TAIL.sub("", folded) or folded


def place(parts: Sequence[str | None]) -> Place:
    """From (region, city, district, postcode, street) as stored."""
    return _place(*(str(part or "")[:200] for part in parts))
