"""The words by which a text is found, and the words of a question.

One lexeme space for everything: Latin words, Han characters and pairs of them (simplified), pinyin and initials of Han
names, e-mail addresses with their parts, numbers as they stand and, behind a tilde, from the end (for the last digits of a phone).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from crm.kernel.base.text import pinyin_of, plain, syllable

#: Longest lexeme; names and addresses beyond it are found by their beginning.
LONGEST = 32
#: From how many letters on a Latin beginning, and how many digits on a number's end, is looked up in the index.
LETTERS, DIGITS = 3, 4
#: Pinyin is kept from each of the first characters of a name on, some syllables far.
_STARTS, _FAR, _INITIALS = 8, 16, 8

_HAN = r"㐀-䶿一-鿿豈-﫿"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_]+(?:[^\W_]|(?<=\w)[.\-/@+&'](?=\w))*", re.UNICODE)
_IS_HAN = re.compile(rf"[{_HAN}]")
_PART = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_DIGITS = re.compile(r"\d")
_PHONE = re.compile(r"^\+?[\d\s().\-]{6,24}$")

#: What nearly every company's name ends in: kept out of the index, where it would find half of all records.
_COMMON = re.compile("(股份有限公司|有限责任公司|有限公司|集团公司|公司)$")
_COMMON_WORDS = frozenset("ltd limited inc llc gmbh corp co company plc sa ag bv srl".split())


@lru_cache(maxsize=1)
def _syllables() -> tuple[frozenset[str], frozenset[str]]:
    """(all syllables, all their beginnings)."""
    whole = frozenset(one for one in (syllable(chr(code)) for code in range(0x4E00, 0x9FA6)) if one.isascii())
    return whole, frozenset(one[:many] for one in whole for many in range(1, len(one) + 1))


def pinyin_spaced(text: str, most: int = 4) -> list[str]:
    """The ways to read letters as pinyin, as names are sorted by it: "xianm" → "xian m", "xi an m". The last syllable may be cut."""
    letters = plain(text).replace(" ", "")
    if not 2 <= len(letters) <= LONGEST or not (letters.isascii() and letters.isalpha()):
        return []
    whole, begun = _syllables()
    found: list[str] = []

    def read(at: int, said: tuple[str, ...]) -> None:
        rest = letters[at:]
        if rest in begun:
            found.append(" ".join([*said, rest]))
        for many in range(min(6, len(rest) - 1), 0, -1):
            if len(found) < most and rest[:many] in whole:
                read(at + many, (*said, rest[:many]))

    read(0, ())
    return found[:most]


def _han(run: str, title: bool) -> Iterator[str]:
    core = _COMMON.sub("", run) or run
    if title:
        yield from core
    elif len(core) == 1:
        yield core
    for at in range(len(core) - 1):
        yield core[at : at + 2]
    if title:
        syllables = pinyin_of(core[: _STARTS + 4])
        for at in range(min(len(syllables), _STARTS)):
            yield "".join(syllables[at : at + 4])[:_FAR]
        if len(syllables) > 1:
            yield "".join(one[0] for one in syllables[:_INITIALS])


def _latin(run: str) -> Iterator[str]:
    yield run[:LONGEST]
    parts = _PART.findall(run)
    if len(parts) > 1 or parts and parts[0] != run:
        yield from (part[:LONGEST] for part in parts if len(part) > 1 or part.isdigit())
    if "@" in run:
        yield run.rsplit("@", 1)[1][:LONGEST]


def _number(digits: str) -> Iterator[str]:
    yield digits[:LONGEST]
    if len(digits) >= DIGITS:
        yield "~" + digits[::-1][:LONGEST]


def _phone(text: str) -> Iterator[str]:
    """By its digits, by those behind the country's code, and from its end."""
    digits = "".join(_DIGITS.findall(text))
    yield from _number(digits)
    if text.startswith("+"):
        code = next((many for many in (3, 2, 1) if int(digits[:many]) in COUNTRY_CODE_TO_REGION_CODE), 0)
        yield digits[code:][:LONGEST]


def lexemes(text: str, title: bool = False) -> Iterator[str]:
    """What a stored text is found by. A title is found by pinyin, initials and single characters, too."""
    if _PHONE.match(text) and len(_DIGITS.findall(text)) >= 6:
        yield from _phone(text)
        return
    for run in _RUN.findall(plain(text)):
        if _IS_HAN.match(run):
            yield from _han(run, title)
        elif run.isdigit():
            yield from _number(run)
        elif run not in _COMMON_WORDS:
            yield from _latin(run)


@lru_cache(maxsize=10_000)
def _kept(text: str, title: bool) -> tuple[str, ...]:
    """Those of short texts: the same towns, jobs and names come again and again."""
    return tuple(lexemes(text, title))


def quoted(lexeme: str) -> str:
    """A lexeme as the text form of tsvector and tsquery wants it."""
    if lexeme.isalnum():
        return f"'{lexeme}'"
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def scope_word(letter: str, of: UUID) -> str:
    """The lexeme by which the rows of a workspace (w), owner (o) or team (t) are picked out inside the index."""
    return f"@{letter}{of.hex[-12:]}"


def vector(parts: Iterable[tuple[str, str]]) -> str:
    """The text form of a tsvector from (weight A–D, text) pairs; the heaviest weight of a lexeme counts."""
    found: dict[str, str] = {}
    for weight, text in parts:
        for lexeme in _kept(text, weight == "A") if len(text) <= LONGEST else lexemes(text, weight == "A"):
            if weight < found.get(lexeme, "Z"):
                found[lexeme] = weight
    return " ".join(f"{quoted(lexeme)}:1{weight}" for lexeme, weight in found.items())


@dataclass(frozen=True, slots=True)
class Question:
    """A question in words: `index` is a tsquery text ("" where the words are too short for the index), `runs` its words."""

    runs: tuple[str, ...]
    index: str

    @property
    def joined(self) -> str:
        return "".join(self.runs)


def _asked(run: str) -> str:
    """The tsquery of one word; "" where it is too short."""
    if _IS_HAN.match(run):
        core = _COMMON.sub("", run) or run
        pairs = [core[at : at + 2] for at in range(len(core) - 1)] or [core]
        return " & ".join(quoted(pair) for pair in pairs)
    digits = "".join(_DIGITS.findall(run))
    if digits == run:
        return f"({quoted(run)}:* | {quoted('~' + run.lstrip('0')[::-1])}:*)" if len(run) >= DIGITS else ""
    return f"{quoted(run[:LONGEST])}:*" if len(run) >= LETTERS else ""


def question(text: str) -> Question:
    """The words of what a person typed."""
    if _PHONE.match(text.strip()) and len(_DIGITS.findall(text)) >= 6:
        runs = ("".join(_DIGITS.findall(text)),)
    else:
        runs = tuple(_RUN.findall(plain(text)))
    asked = [one for one in map(_asked, runs) if one]
    joined = "".join(runs)
    if len(runs) > 1 and joined.isascii() and joined.isalpha() and len(joined) >= LETTERS:
        # "zhang wei" is one name in pinyin: found as a whole, or by its words.
        whole = f"{quoted(joined[:_FAR])}:*"
        asked = [f"({whole} | ({' & '.join(asked)}))"] if asked else [whole]
    return Question(runs, " & ".join(asked))
