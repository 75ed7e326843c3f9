"""Text is cleaned in one place, and refused with a sentence where no storage could keep it."""

import pytest

from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import parse_long_text, parse_text


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  Ada\u3000", "Ada"),
        ("Cafe\u0301", "Café"),
        ("line\r\nline", "line line"),
        ("😀 𠮷野家", "😀 𠮷野家"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("שלום\u200f", "שלום\u200f"),
        ("\ufeff2/4", "2/4"),
        (None, ""),
        (7, "7"),
        (7.0, "7"),
        (1e-7, "0.0000001"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ],
)
def test_one_line(raw: object, kept: str, english: Reading) -> None:
    assert parse_text(raw, english) == kept


def test_long_text_keeps_its_lines(english: Reading) -> None:
    assert parse_long_text(" a\r\nb\x0bc\u2028d\te ", english) == "a\nb\nc\nd\te"


@pytest.mark.parametrize("raw", ["a\x00b", "a\ud800b", "a\udfff", "a\x1bb", "a\x9fb", "a\uffff"])
def test_control_signs_are_named(raw: str, english: Reading) -> None:
    with pytest.raises(FieldError, match=r"Character 2 \(U\+[0-9A-F]{4}\)"):
        parse_text(raw, english)


def test_too_long_says_both_numbers(english: Reading) -> None:
    with pytest.raises(FieldError, match="At most 200 characters fit here; this has 1,201."):
        parse_text("x" * 1201, english)


@pytest.mark.parametrize("raw", [["a"], {"a": 1}, b"a", float("nan"), float("inf"), 10**41])
def test_what_is_no_text_is_refused(raw: object, english: Reading) -> None:
    with pytest.raises(FieldError):
        parse_text(raw, english)
