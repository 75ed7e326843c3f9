"""Blocking keys: small hashes that two records share where they may be the same.

A record is stored under all its keys and looked up by them, so a pair that shares none is never compared. Keys that
too many records share are left out by the look-up; so each trait has a few keys of different width.
"""

from collections.abc import Iterable, Iterator
from zlib import crc32

from crm.kernel.dedupe.companies import Company
from crm.kernel.dedupe.grades import digits_of
from crm.kernel.dedupe.people import Person
from crm.kernel.dedupe.places import Place
from crm.kernel.dedupe.sides import Side
from crm.kernel.dedupe.vocabulary import GENERIC, SIGN

#: Characters of a Chinese name whose ordered pairs are kept, and how far apart the two of a pair stand at most.
_REACH, _APART = 8, 3


def keys(kind: str, side: Side) -> list[int]:
    """The keys of one record, as signed 32-bit numbers without doubles; those of other kinds never meet them."""
    return _hashed(kind, _texts(side))


def exact_keys(kind: str, side: Side) -> list[int]:
    """Of the same keys those by which an import looks: tax number, mail, phone, normalised name."""
    return _hashed(kind, _exact(side))


def _hashed(kind: str, texts: Iterable[str]) -> list[int]:
    start = crc32(kind.encode())
    found = {crc32(text.encode("utf-8", "replace"), start) for text in texts}
    return sorted(value - 0x1_0000_0000 if value > 0x7FFF_FFFF else value for value in found)


def _exact(side: Side) -> Iterator[str]:
    for _name, value in side.parts.get("company", ()):
        yield f"n{value.plain}"
        yield f"c{value.core}"
    for _name, value in side.parts.get("person", ()):
        yield from (text for text in _person(value) if text[0] in "sn")
    yield from _numbers(side)


def _texts(side: Side) -> Iterator[str]:
    for how, read in (("company", _company), ("person", _person), ("address", _place)):
        for _name, value in side.parts.get(how, ()):
            yield from read(value)
    yield from _numbers(side)
    for _name, value in side.parts.get("email", ()):
        local = _local(value)
        if len(local) >= 6:
            yield f"l{local}"
    for _name, value in side.domains:
        yield f"d{value}"
    yield from _together(side)


def _local(value: str) -> str:
    """The mailbox without its tag and dots."""
    return value.partition("@")[0].partition("+")[0].replace(".", "")


def _numbers(side: Side) -> Iterator[str]:
    for _name, value in side.parts.get("phone", ()):
        digits = digits_of(value)
        if len(digits) >= 6:
            yield f"h{digits[-8:]}"
    for _name, value in side.parts.get("email", ()):
        yield f"e{_local(value)}@{value.rpartition('@')[2]}"
    for _name, value in side.parts.get("tax", ()):
        yield f"x{value}"
    for name, (_field, value) in side.parts.get("own", ()):
        yield f"o{name}:{value}"


def _company(one: Company) -> Iterator[str]:
    yield f"n{one.plain}"
    yield f"c{one.core}"
    yield f"p{one.sound}"
    yield f"p{one.own}"
    if one.hint:
        yield f"k{one.hint}"
    if one.han:
        if len(one.initials) >= 3:
            yield f"i{one.initials}"
        yield from _pairs(one)
        return
    yield f"t{' '.join(sorted(one.tokens))}"
    for token in [token for token in one.tokens if len(token) > 2 and token not in GENERIC][:3]:
        yield f"w{token}"
        if len(token) > 5:
            yield f"w{token[:5]}"
    yield f"p{one.tokens[0]}"
    if len(one.core) > 5:
        yield f"f{one.core[:5]}"
        yield f"b{one.core[-5:]}"
    if len(one.core) <= 6:
        yield f"i{one.core}"
    if len(one.core) <= 4:
        yield f"a{one.core[:2]}"
    elif len(one.tokens) == 1:
        yield f"a{one.core[0]}{next((letter for letter in one.core[1:] if letter not in 'aeiou'), '')}"
    for acronym in one.acronym.split(" "):
        if len(acronym) > 1:
            yield f"i{acronym}"


def _pairs(one: Company) -> Iterator[str]:
    """Short names take some characters of the long one in their order: 华瓷 of 华联瓷业."""
    text = "".join(letter for letter, _weight in one.letters)[:_REACH]
    for first in range(len(text)):
        for second in range(first + 1, min(len(text), first + 1 + _APART)):
            yield f"2{text[first]}{text[second]}"
    sign = SIGN.get(one.region, "")
    own = [letter for letter, weight in one.letters if weight >= 0.4]
    if sign and own:
        yield f"2{sign}{own[0]}"
        if len(own) > 1:
            yield f"2{sign}{own[1]}"


def _person(one: Person) -> Iterator[str]:
    yield f"s{one.sorted.replace(' ', '') if len(one.parts) < 3 else ''.join(sorted((one.family, one.given)))}"
    if one.han:
        yield f"n{one.whole}"
    if one.family and one.given:
        # One of both parts may be misspelt, and the two may stand in either order.
        yield f"g{one.family[:4]}{one.given[:1]}"
        yield f"g{one.given[:4]}{one.family[:1]}"
    elif one.parts:
        yield f"g{one.parts[0][:4]}"


def _place(one: Place) -> Iterator[str]:
    if one.street:
        joined = one.street.replace(" ", "")
        number = one.numbers[0] if one.numbers else ""
        yield f"r{number}{joined[:5]}"
        yield f"r{number}{joined[-5:]}{one.postcode}"
        yield f"q{joined}"


def _together(side: Side) -> Iterator[str]:
    """A name and a place, each too common alone."""
    named: Person | None = side.first("person")
    where: Place | None = side.first("address")
    if named is None or where is None:
        return
    for part in {named.family, named.given}:
        if not part:
            continue
        if where.postcode:
            yield f"j{part[:3]}{where.postcode}"
        if where.city:
            yield f"j{part[:3]}{where.city[:6]}"
        if where.numbers:
            yield f"j{part[:3]}#{where.numbers[0]}"
