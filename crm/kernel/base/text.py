"""Folded and sort forms of text. Stored beside the value, so that the database compares plain bytes."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import opencc
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

_HAN = re.compile(r"[㐀-鿿豈-﫿]")


def fold(text: str) -> str:
    """The form by which texts are compared: width, case, accents and spacing do not matter."""
    if text.isascii():
        return " ".join(text.casefold().split())
    return _folded(text) if len(text) <= _SHORT else _wide(text)


def _wide(text: str) -> str:
    wide = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(letter for letter in wide if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFKC", bare).split())


#: Names and the like, which one write folds many times over.
_SHORT = 60
_folded = lru_cache(maxsize=20_000)(_wide)


@lru_cache(maxsize=20_000)
def syllable(character: str) -> str:
    """The usual reading of one Han character."""
    return str(lazy_pinyin(character, style=Style.NORMAL)[0])


@lru_cache(maxsize=1)
def _simple() -> dict[int, str]:
    """Traditional character → simplified one, of those that differ."""
    table = Path(opencc.__file__).with_name("dictionary") / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in pairs if len(old) == 1}


def plain(text: str) -> str:
    """The form in which texts meet: folded, simplified."""
    folded = fold(text)
    return folded if folded.isascii() else folded.translate(_simple())


def pinyin_of(text: str) -> tuple[str, ...]:
    """One syllable for each Han character of a plain text; phrases decide readings (重庆 chong qing)."""
    if len(text) == 1:
        return (syllable(text),)
    if len(text) <= _NAME and all(ord(one) in PINYIN_DICT for one in text) and not _phrased(text):
        return tuple(map(syllable, text))
    return tuple(lazy_pinyin(text))


#: Most names have no phrase in them: for such short texts the look for one takes a twentieth of taking the text apart.
_NAME = 8


def _phrased(text: str) -> bool:
    return any(text[at:end] in PHRASES_DICT for at in range(len(text) - 1) for end in range(at + 2, len(text) + 1))


def sort_key(text: str, length: int = 120) -> str:
    """The form by which names are sorted: pinyin for Han characters, folded letters else."""
    folded = fold(text[: length * 2])
    if not _HAN.search(folded):
        return folded[:length]
    return "".join(f"{syllable(letter)} " if _HAN.match(letter) else letter for letter in folded)[:length].strip()


def plain_number(raw: str) -> int | None:
    """The whole number that one to nine plain digits mean; None for any other text."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def searchable(raw: str) -> str:
    """Letters to search for, without what no stored text holds and the database would not take."""
    return raw.replace("\x00", "").encode("utf-8", "ignore").decode().strip()
