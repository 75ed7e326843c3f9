"""Tax numbers are checked by the rule of their country, and the refusal says which part does not fit."""

import pytest
from stdnum.cn import uscc

from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.tax import parse_tax_id


@pytest.mark.parametrize(
    ("country", "raw", "kept"),
    [
        ("CN", "91110000600037341L", "91110000600037341L"),
        ("CN", "9111 0000 6000 3734 1l", "91110000600037341L"),
        ("CN", "DE 136,695 976".replace(",", ""), "DE136695976"),
        ("GB", "980 7806 84", "GB980780684"),
        ("DE", "DE 136695976", "DE136695976"),
        ("FR", "Fr 40 303 265 045", "FR40303265045"),
        ("GR", "094259216", "EL094259216"),
        ("US", "91-1144442", "911144442"),
        ("TW", "00501503", "00501503"),
        ("CH", "CHE-100.155.212", "CHE100155212"),
        ("AU", "83 914 571 673", "83914571673"),
        ("HK", "12345678", "12345678"),
        ("CN", "", ""),
    ],
)
def test_a_tax_number(country: str, raw: str, kept: str, english: Reading) -> None:
    assert parse_tax_id(raw, english, country) == kept
    assert parse_tax_id(kept, english, country) == kept


@pytest.mark.parametrize(
    ("country", "raw", "words"),
    [
        ("CN", "9111000060003734", "A credit code has 18 characters; this has 16."),
        (
            "CN",
            "91110000600037341M",
            "The first 17 characters ask for L at the end, not M. Compare them with the licence.",
        ),
        (
            "CN",
            "9111000O600037341L",
            "A credit code is made of digits and capital letters without I, O, S, V and Z; this has O.",
        ),
        ("GB", "980 7806 8", "A tax number in United Kingdom has another length; this has 8 characters."),
        (
            "DE",
            "DE136695978",
            "The check digit of this number does not fit the others. Compare it with a paper from Germany.",
        ),
        ("HK", "#", "A tax number has 4 to 24 letters and digits."),
    ],
)
def test_a_wrong_one_is_explained(country: str, raw: str, words: str, english: Reading) -> None:
    with pytest.raises(FieldError) as caught:
        parse_tax_id(raw, english, country)
    assert str(caught.value.message) == words


def test_the_credit_code_rule_is_the_published_one() -> None:
    assert uscc.is_valid("91110000600037341L")
    assert not uscc.is_valid("91110000600037341M")
