"""Names of people taken apart, so that order, script, spelling and short forms can be told from another person."""

import re
from dataclasses import dataclass
from functools import lru_cache

from crm.kernel.base.text import pinyin_of, plain
from crm.kernel.dedupe.vocabulary import CALLED
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.person import PersonName, parse_person
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.surnames import SOUND

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PLAIN = Reading()


@dataclass(frozen=True, slots=True)
class Person:
    """`whole`: all letters, `parts`: its words (in pinyin for a Chinese name), `family`, `given`: "" where not known."""

    whole: str
    han: bool
    parts: tuple[str, ...]
    family: str
    given: str

    @property
    def sound(self) -> str:
        return "".join(self.parts)

    @property
    def sorted(self) -> str:
        return " ".join(sorted(self.parts))


@lru_cache(maxsize=50_000)
def person(text: str) -> Person:
    """Takes a name apart; any text will do."""
    folded = plain(text)[:200]
    if _HAN.search(folded) and len(text) <= 60:
        found = _parsed(folded)
        family, given = found.family, found.given
        if family and _HAN.search(family):
            heard = [SOUND.get(family, "").replace(" ", "") or "".join(pinyin_of(family))]
            heard += ["".join(pinyin_of(given))] if given else []
            return Person(f"{family}{given}".replace(" ", ""), True, tuple(heard), heard[0], "".join(heard[1:]))
    if "," in folded:
        last, _comma, first = folded.partition(",")
        folded = f"{first} {last}"
    parts = tuple(one.replace("'", "").replace("’", "") for one in _WORD.findall(folded))
    family, given = (parts[-1], "".join(parts[:-1])) if len(parts) > 1 else ("", "".join(parts))
    return Person("".join(parts), False, parts, family, given)


def _parsed(text: str) -> PersonName:
    """A name that would not be kept (a control sign in it) is one word."""
    try:
        return parse_person(text, _PLAIN) or PersonName(text)
    except FieldError:
        return PersonName(text)


def nicknames(one: str, other: str) -> bool:
    """Whether both may be names of the same bearer: William and Bill."""
    return bool(CALLED.get(one, frozenset()) & CALLED.get(other, frozenset()))
