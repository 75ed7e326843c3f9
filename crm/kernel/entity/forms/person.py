"""Names of people, in Chinese and in Western order."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.text import sort_key
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.surnames import COMPOUND, COMPOUND_KOREAN, SOUND
from crm.kernel.entity.forms.text import as_text, clean

LONGEST = 120
Order = Literal["eastern", "western"]

_SPACES = re.compile(r"\s+")
_HAN = re.compile(r"[々〇㐀-鿿豈-﫿\U00020000-\U0003ffff]+")
_EASTERN = re.compile(r"[々〇㐀-鿿豈-﫿\U00020000-\U0003ffff\u3040-\u30ffー\uac00-\ud7a3]+")
_DOTS = re.compile(r"\s*[·•・‧∙●．](?:\s*[·•・‧∙●．])*\s*")
_TITLES = {
    "mr": "Mr.", "mister": "Mr.", "mrs": "Mrs.", "ms": "Ms.", "miss": "Miss", "mx": "Mx.", "dr": "Dr.",
    "doctor": "Dr.", "prof": "Prof.", "professor": "Prof.", "sir": "Sir", "dame": "Dame", "rev": "Rev.",
    "hon": "Hon.", "herr": "Herr", "frau": "Frau", "mme": "Mme", "madame": "Mme", "mlle": "Mlle",
    "sr": "Sr.", "sra": "Sra.", "srta": "Srta.", "ing": "Ing.",
}  # fmt: skip
_TITLES_ZH = (
    "先生 女士 小姐 太太 夫人 博士 教授 老师 老師 律师 律師 医生 醫生 医师 醫師 总经理 總經理 副总经理 "
    "副總經理 董事长 董事長 副总 副總 董事 经理 經理 主任 总监 總監 院长 院長 校长 校長 主管 工程师 工程師 "
    "师傅 師傅 同学 同學 总 總 董 工 局 处"
).split()
# One-character titles (王总) stand behind a surname only; behind a whole name they may be its last character.
_BRIEF_ZH = frozenset("总 總 董 工 局 处".split())
_PARTICLES = frozenset("van von der den de da di du la le del della dos das do el al bin bint ibn ten ter zu zum zur af av st. st".split())
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv phd ph.d. md m.d. esq esq. mba".split())
_ROMAN = re.compile(r"(?:II|III|IV|VI{0,3})\.?")


@dataclass(frozen=True, slots=True)
class PersonName:
    """`full` is the name as it is written, without `prefix` (Mr., 先生); `order` says which part comes first in it."""

    full: str
    family: str = ""
    given: str = ""
    prefix: str = ""
    order: Order = "western"

    @property
    def sort_key(self) -> str:
        """By surname: pinyin for Chinese names (with the sounds surnames have), folded letters else."""
        family = SOUND.get(self.family) or sort_key(self.family)
        return f"{family} {sort_key(self.given)}".strip() if family else sort_key(self.full)


def parse_person(raw: object, reading: Reading) -> PersonName | None:
    """The name in `raw` taken apart; None where it is blank.

    Chinese: surname first, compound surnames whole, 先生 and the like as prefix. Latin: "First Last", "Last, First",
    Mr. and the like as prefix; a name all in capitals is set in usual letters.
    """
    if isinstance(raw, PersonName):
        return raw
    text = _SPACES.sub(" ", clean(as_text(raw)))
    if not text:
        return None
    if len(text) > LONGEST:
        raise FieldError(_("A name has at most %(most)s characters; this has %(count)s."), most=LONGEST, count=len(text))
    if not _lettered(text):
        raise FieldError(_("A name has letters in it."))
    parted = _SPACES.sub(" ", text.replace(",", " ").replace("，", " ")).strip()
    if _EASTERN.fullmatch(_DOTS.sub("", parted.replace(" ", ""))):
        return _eastern(_DOTS.sub("·", parted))
    return _western(text)


def _lettered(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _eastern(text: str) -> PersonName:
    body, prefix = _chinese_title(text)
    body = body.strip("· ") or text
    if "·" in body:
        given, _dot, family = body.replace(" ", "").rpartition("·")
        return PersonName(f"{given}·{family}", family, given, prefix, "western")
    first, space, rest = body.partition(" ")
    whole = body.replace(" ", "")
    family = _surname(whole)
    if space and rest and len(first) <= 3:
        rest = rest.replace(" ", "")
        if first == family:
            return PersonName(whole, first, rest, prefix, "eastern")
        return PersonName(f"{first} {rest}", first, rest, prefix, "eastern")
    return PersonName(whole, family, whole[len(family) :], prefix, "eastern")


def _surname(name: str) -> str:
    """The surname at the start of a name without blanks; "" where the name is too long to be Chinese."""
    if name[:2] in COMPOUND or name[:2] in COMPOUND_KOREAN:
        return name[:2]
    # Transcribed names (阿布都拉, 扎西多吉顿珠) have no surname in front.
    return name[:1] if len(name) <= 4 and not re.search(r"[\u3040-\u30ff]", name) else ""


def _chinese_title(text: str) -> tuple[str, str]:
    for title in _TITLES_ZH:
        body = text.removesuffix(title).strip()
        if body == text or not body:
            continue
        if title not in _BRIEF_ZH or body in COMPOUND or len(body) == 1:
            return body, title
    return text, ""


def _western(text: str) -> PersonName:
    words, prefix = _latin_title(text.split(" "))
    text = " ".join(words)
    last, comma, first = text.partition(",")
    first = first.strip()
    turned = comma and _lettered(last) and _lettered(first) and "," not in first
    if turned and first.casefold() not in _SUFFIXES:
        # "Yang, Mr. Jon" and "Yang, Mr.": the title belongs in front, whatever it stands before.
        (*rest, _family), behind = _latin_title([*first.split(" "), last.strip()])
        prefix, first = f"{prefix} {behind}".strip(), " ".join(rest)
        family, given = _parts_cased(last.strip(), first)
        return PersonName(f"{given} {family}".strip(), family, given, prefix, "western")
    han = _HAN.search(text)
    if han and len(han.group()) > 1 and not text.startswith(","):
        inner = _eastern(han.group())
        return PersonName(text, inner.family, inner.given, prefix, inner.order)
    full = _cased(text)
    words = full.split(" ")
    start, end = _family_at(words)
    family, given = " ".join(words[start:end]).strip(","), " ".join(words[:start]).strip(",")
    return PersonName(full, family, given, prefix, "western")


def _family_at(words: list[str]) -> tuple[int, int]:
    """Where the family name starts and ends among the words; (n, n) where there is only a given name."""
    end = len(words)
    while end > 1 and (words[end - 1].casefold().strip(",") in _SUFFIXES or _ROMAN.fullmatch(words[end - 1])):
        end -= 1
    start = end - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return (start, end) if start >= 1 else (end, end)


def _latin_title(words: list[str]) -> tuple[list[str], str]:
    prefix = []
    while len(words) > 1 and words[0].casefold().strip(".,") in _TITLES:
        prefix.append(_TITLES[words[0].casefold().strip(".,")])
        words = words[1:]
    return words, " ".join(prefix)


def _shouted(name: str) -> bool:
    letters = [letter for letter in name if letter.isalpha()]
    return len(letters) >= 3 and all(letter.isupper() for letter in letters)


def _cased(name: str) -> str:
    """A name all in capitals in usual letters: JON YANG, O'BRIEN, MCDONALD, JEAN-PAUL; any other as it is."""
    return _set(name) if _shouted(name) else name


def _parts_cased(family: str, given: str) -> tuple[str, str]:
    """The same for two parts: LI is in capitals because JON beside it is."""
    if _shouted(f"{given} {family}"):
        return _set(family), _set(given)
    return _cased(family), _cased(given)


def _set(name: str) -> str:
    words = name.split(" ")
    return " ".join(word if index and _ROMAN.fullmatch(word) else _word_cased(word) for index, word in enumerate(words))


def _word_cased(word: str) -> str:
    parts = [unicodedata.normalize("NFC", part[:1] + part[1:].lower()) for part in re.split(r"([-'’.])", word)]
    cased = "".join(parts)
    if re.fullmatch(r"Mc[a-z]{3,}", cased):
        return f"Mc{cased[2].upper()}{cased[3:]}"
    # Behind an apostrophe one letter is an ending (Ada's), more are a name (O'Brien).
    return re.sub(r"(?<=['’])([A-Z])$", lambda match: match[1].lower(), cased)


def parse_prefix(raw: object, reading: Reading) -> str:
    """A form of address from its own column: "MR." is "Mr.", 先生 stays; "" where it is blank."""
    text = clean(as_text(raw))
    if len(text) > 30:
        raise FieldError(_("A form of address has at most %(most)s characters."), most=30)
    return _TITLES.get(text.casefold().strip(". "), text)


def compose_person(family: object, given: object, reading: Reading, prefix: object = "") -> PersonName | None:
    """The name whose parts came in columns of their own; None where both are blank."""
    last, first = _parts_cased(*(_SPACES.sub(" ", clean(as_text(one))) for one in (family, given)))
    if not (last or first):
        return None
    eastern = bool(_EASTERN.fullmatch((last + first).replace(" ", "")))
    full = join_name(last, first)
    if len(full) > LONGEST:
        raise FieldError(_("A name has at most %(most)s characters; this has %(count)s."), most=LONGEST, count=len(full))
    return PersonName(full, last, first, parse_prefix(prefix, reading), "eastern" if eastern else "western")


def join_name(family: str | None, given: str | None) -> str:
    """The whole name of two parts: surname first for Chinese, Japanese and Korean script, else behind."""
    last, first = family or "", given or ""
    if _EASTERN.fullmatch((last + first).replace(" ", "")):
        return _joined(last, first)
    return f"{first} {last}".strip()


def _joined(family: str, given: str) -> str:
    whole = f"{family}{given}".replace(" ", "")
    return whole if not (family and given) or _surname(whole) == family else f"{family} {given}"


def show_person(name: PersonName | None, reading: Reading, titled: bool = False) -> str:
    """The name in its own order; with its form of address where `titled`: "Mr. Jon Yang", 王小明先生."""
    if name is None:
        return ""
    if not titled or not name.prefix:
        return name.full
    if _EASTERN.search(name.prefix):
        return f"{name.full}{name.prefix}"
    return f"{name.prefix} {name.full}"


def initials(name: PersonName | str, small: bool = False) -> str:
    """What stands in an avatar. Chinese: the surname in one below 32 px (`small`), else the last two characters, a
    compound surname never cut. Latin: first and last initial."""
    person = parse_person(name, Reading()) if isinstance(name, str) else name
    if person is None:
        return ""
    if person.order == "eastern" and _EASTERN.match(person.full):
        if small or not person.given:
            return (person.family or person.full)[:2]
        tail = (person.family + person.given)[-2:]
        return person.family if len(person.family) == 2 and len(person.given) < 2 else tail
    words = [word for word in re.split(r"[\s·,()]+", person.full) if word and word[0].isalpha()]
    if not words:
        return person.full[:1]
    if _HAN.match(words[0]):
        return words[0][:1] if small else words[0][-2:]
    first, last = words[0], (person.family.split(" ")[-1:] or [""])[0] or words[-1]
    return (first[0] if len(words) == 1 else first[0] + last[0]).upper()
