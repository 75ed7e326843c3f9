"""Names of companies taken apart: where, who, which trade, which legal form."""

import re
from dataclasses import dataclass
from functools import lru_cache

from crm.kernel.base.text import pinyin_of, plain
from crm.kernel.dedupe import vocabulary as words

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_EAST = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ가-힣]")
_BRACKETS = re.compile(r"[(\[{<【《「『]([^)\]}>】》」』]*)[)\]}>】》」』]")
_SINGLES = re.compile(r"\b(?:[a-z]\.\s?)+(?:[a-z]\b\.?)?")
_TOKEN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_LETTERS = re.compile(r"[\W_]+")
_CAPITALS = re.compile(r"[A-Z]")
#: What a character counts where it stands: in the name itself, in the trade, in the place, in "group".
OWN, TRADE, PLACE, GROUP = 1.0, 0.45, 0.3, 0.12


@dataclass(frozen=True, slots=True)
class Company:
    """`plain`: all letters; `core`: the own name with its trade, without place and form; `own`: without the trade, too.

    `region`: the place named, `letters`: (character, weight) in order, `tokens`: the words of a Latin name without form,
    `acronym`: their initials, `known`: the one name of a company known by several, `hint`: the same
    where the name only begins with it (for pairs in two scripts), `written`: the letters as they stand.
    """

    plain: str
    core: str
    own: str
    region: str
    han: bool
    letters: tuple[tuple[str, float], ...] = ()
    tokens: tuple[str, ...] = ()
    acronym: str = ""
    known: str = ""
    hint: str = ""
    written: str = ""

    @property
    def sound(self) -> str:
        """The own name in pinyin; a Latin one as it stands."""
        return "".join(_heard(self.own))

    @property
    def initials(self) -> str:
        """The first letters of its syllables."""
        return "".join(one[0] for one in _heard(self.own) if one) if self.han else ""


@lru_cache(maxsize=50_000)
def _heard(own: str) -> tuple[str, ...]:
    return pinyin_of(own) if _HAN.search(own) else (own,)


@lru_cache(maxsize=50_000)
def company(text: str) -> Company:
    """Takes a name apart; any text will do."""
    folded = plain(text)[:200]
    eastern = len(_EAST.findall(folded))
    return _eastern(folded, text) if eastern >= 2 and eastern * 3 >= len(_LETTERS.sub("", folded)) else _western(folded, text)


def _eastern(folded: str, raw: str) -> Company:
    whole = _LETTERS.sub("", folded)
    region, inner = "", []
    for found in _BRACKETS.findall(folded):
        place = words.REGION.match(found)
        if place:
            region = region or place[0]
        elif not words.FORM.search(found) and not words.GROUP.fullmatch(found):
            inner.append(found)
    text = words.MARKS.sub("", _LETTERS.sub("", _BRACKETS.sub("", folded)))
    text = words.FRONT_FORM.sub("", text)
    body = _without(words.FORM, text)
    letters: list[tuple[str, float]] = []
    place = words.REGION.match(body)
    if place and len(body) > len(place[0]):
        region = region or place[0]
        rest = body[len(place[0]) :]
        tail = words.REGION_TAIL.match(rest)
        rest = rest[len(tail[0]) :] if tail and len(rest) > len(tail[0]) + 1 else rest
        letters += [(one, PLACE) for one in place[0]]
        second = words.REGION.match(rest)
        if second and len(rest) > len(second[0]) + 1:
            letters += [(one, PLACE) for one in second[0]]
            rest = rest[len(second[0]) :]
    else:
        rest = body
    core = _without(words.GROUP, rest)
    own: list[str] = []
    at = 0
    for trade in words.TRADE_WORD.finditer(rest):
        if trade.start() < 2 and trade.end() == len(rest) and len(rest) < 4:
            break
        own.append(rest[at : trade.start()])
        letters += [(one, OWN) for one in rest[at : trade.start()]]
        letters += [(one, GROUP if trade[0] in words.GROUPS else TRADE) for one in trade[0]]
        at = trade.end()
    own.append(rest[at:])
    letters += [(one, OWN) for one in rest[at:]]
    if sum(weight == OWN for _one, weight in letters) < 2:  # called by its place alone
        letters = [(one, OWN if weight == PLACE else weight) for one, weight in letters]
    mine = "".join(own) or core
    known = next((words.SAME_AS[one] for one in (body, core, *inner) if one in words.SAME_AS), "")
    return Company(
        whole,
        core,
        mine,
        region,
        True,
        tuple(letters),
        (),
        "",
        known,
        known or _begins(body),
        raw,
    )


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Without the endings of the pattern, as long as two characters are left."""
    for _round in range(3):
        shorter = pattern.sub("", text)
        if shorter == text or len(shorter) < 2:
            return text
        text = shorter
    return text


def _western(folded: str, raw: str) -> Company:
    text = _SINGLES.sub(lambda found: found[0].replace(".", "").replace(" ", "") + " ", folded)
    text = text.replace("'", "").replace("’", "").replace("&", " and ").replace("+", " plus ")
    found = [words.SHORT.get(one, one) for one in _TOKEN.findall(text)]
    tokens = _formless(found)
    core = tokens
    while len(core) > 1 and core[-1] in words.GENERIC:
        core = core[:-1]
    own = tuple(one for one in core if one not in ("and", "the", "of")) or core
    joined = "".join(core)
    acronym = "".join(one[0] for one in tokens if one not in ("the", "of")) if len(tokens) > 1 else ""
    short = "".join(one[0] for one in tokens if one not in ("the", "of", "and")) if len(tokens) > 1 else ""
    if len(tokens) == 1 and len(capitals := "".join(_CAPITALS.findall(raw.split(" ", maxsplit=1)[0]))) > 1 and not raw.isupper():
        short = capitals.casefold()
    known = next((words.SAME_AS[one] for one in (joined, "".join(tokens), "".join(own)) if one in words.SAME_AS), "")
    return Company(
        _LETTERS.sub("", folded.replace("&", "and")),
        "".join(tokens),
        joined,
        "",
        False,
        (),
        tokens,
        f"{acronym} {short}".strip(),
        known,
        known or next((words.SAME_AS[one] for one in ("".join(tokens[:2]), tokens[0]) if len(one) > 3 and one in words.SAME_AS), ""),
    )


def _begins(text: str) -> str:
    return next((words.SAME_AS[text[:many]] for many in range(min(8, len(text)), 1, -1) if text[:many] in words.SAME_AS), "")


def _formless(found: list[str]) -> tuple[str, ...]:
    tokens = [one for one in found if one != "the"] or found
    end = len(tokens)
    while end > 1 and (tokens[end - 1] in words.LEGAL or (tokens[end - 1] == "and" and end > 2)):
        end -= 1
    kept = [one for number, one in enumerate(tokens[:end]) if number == 0 or one not in words.LEGAL or one in words.GENERIC]
    return tuple(kept) or ("",)
