"""Two people edit one record: both values are shown and chosen field by field, in a form and in a cell."""

from typing import Any

import pytest

from crm.kernel.records import writing
from crm.kernel.records.reading import fetch
from crm.kernel.records.tests.test_past import kind
from crm.kernel.testing.cast import Company


def _clash(north: Company) -> Any:
    made = north.make("account", {"name": "Shared", "industry": "Paint", "employees": "5"}, by="ada")
    with north.as_("bo"):
        writing.change(kind("account"), made.pk, {"industry": "Neon", "phone": "021 6488 2107"})
    return made


@pytest.mark.parametrize(("take", "stays"), [("mine", "Signs"), ("theirs", "Neon")])
def test_a_cell_shows_both_values_and_who_and_takes_the_chosen(north: Company, take: str, stays: str) -> None:
    made, ada = _clash(north), north.browser("ada")
    url = f"/accounts/{made.pk}/cell/industry"
    asked = ada.post(url, {"industry": "Signs", "version": "1"})
    page = asked.content.decode()
    assert asked.status_code == 409
    assert all(word in page for word in ("周博 changed Industry", "Signs", "Neon", "data-asks", 'name="take:industry"', 'value="2"'))
    with north.as_("ada"):
        assert fetch(kind("account"), made.pk).industry == "Neon", "nothing is trampled"
    assert ada.post(url, {"industry": "Signs", "version": "2", "take:industry": take}).status_code == 200
    with north.as_("ada"):
        assert fetch(kind("account"), made.pk).industry == stays


def test_a_third_change_meanwhile_is_asked_about_again(north: Company) -> None:
    made, ada = _clash(north), north.browser("ada")
    with north.as_("bo"):
        writing.change(kind("account"), made.pk, {"industry": "Glass"})
    again = ada.post(f"/accounts/{made.pk}/cell/industry", {"industry": "Signs", "version": "2", "take:industry": "mine"})
    assert again.status_code == 409 and "Glass" in again.content.decode()


def test_the_form_asks_field_by_field_and_says_who(north: Company) -> None:
    made, ada = _clash(north), north.browser("ada")
    sent = {"name": "Shared", "industry": "Signs", "phone": "021 6488 9999", "version": "1"}
    asked = ada.post(f"/accounts/{made.pk}/edit", sent)
    page = asked.content.decode()
    assert asked.status_code == 409 and "周博, saved meanwhile" in page
    assert 'name="take:industry"' in page and 'name="take:phone"' in page and 'name="take:name"' not in page
    ada.post(f"/accounts/{made.pk}/edit", sent | {"version": "2", "take:industry": "theirs", "take:phone": "mine"})
    with north.as_("ada"):
        found = fetch(kind("account"), made.pk)
        assert (found.industry, found.phone) == ("Neon", "+862164889999")
