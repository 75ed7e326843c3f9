"""Choices are found by value or by label in any language; yes and no in the words people use."""

import pytest
from django.utils.functional import lazy
from django.utils.translation import get_language

from crm.kernel.entity.forms.choices import (
    Choices,
    parse_choice,
    parse_choices,
    parse_tags,
    show_choice,
    show_choices,
    show_tags,
)
from crm.kernel.entity.forms.dates import parse_date
from crm.kernel.entity.forms.email import parse_email
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.numbers import parse_money
from crm.kernel.entity.forms.phone import parse_phone
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.yes_no import parse_yes_no


def _label(english: str, simplified: str, traditional: str) -> str:
    return {"zh-hans": simplified, "zh-hant": traditional}.get(get_language() or "en", english)


_words = lazy(_label, str)
INDUSTRY = Choices(
    [
        ("finance", _words("Finance", "金融", "金融")),
        ("machines", _words("Machine building", "机械制造", "機械製造")),
        ("food", _words("Food, drink", "食品", "食品")),
    ]
)


@pytest.mark.parametrize("raw", ["machines", "MACHINES", "machine  building", "机械制造", "機械製造", " Machine building"])
def test_a_choice(raw: str, english: Reading) -> None:
    assert parse_choice(raw, english, INDUSTRY) == "machines"


def test_the_allowed_labels_are_named(english: Reading) -> None:
    with pytest.raises(FieldError, match="“zinc” is not in the list. Choose one of: Finance, Machine building, Food, drink."):
        parse_choice("zinc", english, INDUSTRY)
    many = [(str(number), f"Label {number}") for number in range(12)]
    with pytest.raises(FieldError, match="Label 7 or 4 others") as caught:
        parse_choice("zinc", english, many)
    assert "Label 8" not in str(caught.value)


def test_several_choices(english: Reading, chinese: Reading) -> None:
    assert parse_choices("食品；金融", english, INDUSTRY) == ["finance", "food"]
    assert parse_choices("Food, drink", english, INDUSTRY) == ["food"]
    assert parse_choices(["food", "Finance", "food"], english, INDUSTRY) == ["finance", "food"]
    assert parse_choices("", english, INDUSTRY) == []
    assert show_choices(["finance", "gone"], english, INDUSTRY) == "Finance, gone"
    assert str(show_choice("food", english, INDUSTRY)) == "Food, drink"


def test_tags(english: Reading, chinese: Reading) -> None:
    assert parse_tags("VIP, #展会；vip", english) == ["VIP", "展会"]
    assert parse_tags(["a", "b, c", None, " "], english) == ["a", "b", "c"]
    assert show_tags(["a", "b"], chinese) == "a、b"
    with pytest.raises(FieldError, match="at most 50 characters"):
        parse_tags("x" * 51, english)


def test_yes_and_no(english: Reading) -> None:
    for raw in ("是", "Yes", "y", "TRUE", "1", 1, "√", "ｙ", "有", True):
        assert parse_yes_no(raw, english) is True
    for raw in ("否", "No", "n", "false", "0", 0, "×", "无", False):
        assert parse_yes_no(raw, english) is False
    assert parse_yes_no(" ", english) is None
    with pytest.raises(FieldError, match="Write yes or no"):
        parse_yes_no("perhaps", english)


def test_other_systems_words_for_no_value() -> None:
    lenient = Reading(lenient=True)
    for raw in ("NA", "n/a", "NULL", "-", "无", "暂无"):
        assert parse_choice(raw, lenient, INDUSTRY) == ""
        assert parse_date(raw, lenient) is None
        assert parse_money(raw, lenient) is None
        assert parse_phone(raw, lenient) == ""
        assert parse_email(raw, lenient) == ""
        with pytest.raises(FieldError):
            parse_choice(raw, Reading(), INDUSTRY)
    assert parse_choice("N/A", lenient, [("na", "N/A")]) == "na"
