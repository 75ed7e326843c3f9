"""Phone numbers: one normal form, shown as people read them aloud."""

import pytest

from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.phone import parse_phone, phone_link, phone_tail, show_phone
from crm.kernel.entity.forms.reading import Reading


@pytest.mark.parametrize(
    ("raw", "kept", "shown"),
    [
        ("021-64882107", "+862164882107", "021 6488 2107"),
        ("+86 (0)21 6488 2107", "+862164882107", "021 6488 2107"),
        ("0571-88881234", "+8657188881234", "0571 8888 1234"),
        ("138 0013 8000", "+8613800138000", "138 0013 8000"),
        ("8613800138000", "+8613800138000", "138 0013 8000"),
        ("１３８００１３８０００", "+8613800138000", "138 0013 8000"),
        ("400-820-7719", "+864008207719", "400 820 7719"),
        ("95588", "+8695588", "95588"),
        ("021-64882107-8001", "+862164882107;ext=8001", "021 6488 2107 ext. 8001"),
        ("(021) 6488 2107 转 8001", "+862164882107;ext=8001", "021 6488 2107 ext. 8001"),
        ("+44 113 496 0455", "+441134960455", "+44 113 496 0455"),
        ("tel:+44-113-496-0455;ext=9", "+441134960455;ext=9", "+44 113 496 0455 ext. 9"),
    ],
)
def test_a_number(raw: str, kept: str, shown: str, english: Reading) -> None:
    assert parse_phone(raw, english) == kept
    assert show_phone(kept, english) == shown
    assert parse_phone(shown, english) == kept


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("1380013800", "A mobile number in China has 11 digits; this has 10."),
        ("6488 2107", "Add the area code, as in 021 64882107."),
        ("021-64882107 / 021-64882108", "One number belongs here; add the other one as a second phone."),
        ("+999 123", "Begin with + and the country code, as in +86 21 6488 2107."),
        ("+44 113 496", "A number in United Kingdom has more digits, as in +44 121 234 5678."),
        (
            "ask Min",
            "A number in China looks like 021 6488 2107; one from elsewhere begins with + and the country code.",
        ),
    ],
)
def test_what_is_no_number(raw: str, words: str, english: Reading) -> None:
    with pytest.raises(FieldError) as caught:
        parse_phone(raw, english)
    assert str(caught.value.message) == words


def test_the_country_decides_what_a_number_without_code_means(american: Reading, chinese: Reading) -> None:
    assert parse_phone("(212) 555-0100", american) == "+12125550100"
    assert show_phone("+12125550100", american) == "(212) 555-0100"
    assert show_phone("+12125550100", chinese) == "+1 212-555-0100"
    assert parse_phone("0113 496 0455", chinese, country="GB") == "+441134960455"
    assert show_phone("+862164882107;ext=8001", chinese) == "021 6488 2107 转 8001"


def test_an_old_list_keeps_what_fits_no_plan() -> None:
    lenient = Reading(country="GB", lenient=True)
    assert parse_phone("(171) 555-7788", lenient) == "(171) 555-7788"
    assert show_phone("(171) 555-7788", lenient) == "(171) 555-7788"
    with pytest.raises(FieldError):
        parse_phone("call Min", lenient)


def test_link_and_tail() -> None:
    assert phone_link("+862164882107;ext=1") == "tel:+862164882107;ext=1"
    assert phone_link("(171) 555-7788") == ""
    assert phone_tail("+862164882107;ext=1", 4) == "2107"
