"""Names of people, with the facts that go with a name: gender, language, the part used in a mail address."""

from dataclasses import dataclass

from pypinyin import lazy_pinyin

from config.demo import chinese, english
from config.demo.draw import Draw


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name as its owner writes it, and as it stands in a mail address."""

    full: str
    family: str
    given: str
    female: bool
    mailbox: str


def chinese_name(draw: Draw) -> Name:
    female = draw.chance(0.46)
    family = draw.choices(chinese.SURNAMES, weights=chinese.SURNAME_WEIGHTS)[0]
    given = draw.choice(chinese.GIVEN_FEMALE if female else chinese.GIVEN_MALE)
    mailbox = f"{''.join(lazy_pinyin(given))}.{''.join(lazy_pinyin(family))}"
    return Name(family + given, family, given, female, mailbox)


def english_name(draw: Draw) -> Name:
    female = draw.chance(0.47)
    family = draw.choice(english.SURNAMES).replace("_", " ")
    given = draw.choice(english.GIVEN_FEMALE if female else english.GIVEN_MALE)
    mailbox = _plain(f"{given}.{family}")
    return Name(f"{given} {family}", family, given, female, mailbox)


_LETTERS = str.maketrans({"ü": "ue", "è": "e", "é": "e", "í": "i", "á": "a", "'": "", " ": ""})


def _plain(text: str) -> str:
    return text.casefold().translate(_LETTERS)
