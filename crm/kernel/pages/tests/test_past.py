"""Pages and API as of a past day."""

import datetime
from typing import Any

from crm.kernel.records import writing
from crm.kernel.records.tests.test_past import kind, moment_of
from crm.kernel.testing.cast import Company


def _moved(north: Company) -> tuple[Any, str]:
    """An account of Ada's that was renamed and emptied after the moment which is answered, as an address writes it."""
    made = north.make("account", {"name": "Harbour Signs", "industry": "Signs", "phone": "021 6488 2107"}, by="ada")
    then = moment_of(north).astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    with north.as_("bo"):
        writing.change(kind("account"), made.pk, {"name": "Dock Signs", "phone": ""})
    north.make("account", {"name": "Later Ltd", "industry": "Signs"}, by="ada")
    return made, then


def test_the_record_page_shows_what_was_and_lets_nothing_be_changed(north: Company) -> None:
    made, then = _moved(north)
    ada = north.browser("ada")
    page = ada.get(f"/accounts/{made.pk}/", {"as_of": then}).content.decode()
    assert "Harbour Signs" in page and "As it stood on" in page and "2107" in page
    assert "data-edit" not in page and "/edit" not in page and "hx-post" not in page.split("<main")[-1].split("</main")[0]
    assert "Dock Signs" in ada.get(f"/accounts/{made.pk}/").content.decode()


def test_a_record_that_was_not_there_says_so_and_one_not_shared_stays_unknown(north: Company) -> None:
    made, _then = _moved(north)
    page = north.browser("ada").get(f"/accounts/{made.pk}/", {"as_of": "2020-01-01"})
    assert page.status_code == 200 and "Not there yet on that day" in page.content.decode()
    assert north.browser("cleo").get(f"/accounts/{made.pk}/", {"as_of": "2020-01-01"}).status_code == 404


def test_a_record_in_the_bin_today_is_shown_as_it_stood(north: Company) -> None:
    made, then = _moved(north)
    with north.as_("ada"):
        writing.remove(kind("account"), made.pk)
    assert "Harbour Signs" in north.browser("ada").get(f"/accounts/{made.pk}/", {"as_of": then}).content.decode()


def test_the_list_its_groups_and_its_count_are_of_then(north: Company) -> None:
    _made, then = _moved(north)
    ada = north.browser("ada")
    page = ada.get("/accounts/", {"as_of": then, "filter": 'industry = "Signs"'}).content.decode()
    assert "Harbour Signs" in page and "Later Ltd" not in page and "1 record<" in page
    assert f"as_of={then.replace(':', '%3A')}" in page, "rows lead to the record of then"
    assert "data-edit" not in page and 'id="bulk"' not in page
    grouped = ada.get("/accounts/", {"as_of": then, "group": "owner"}).content.decode()
    assert "Harbour Signs" in grouped and "Dock Signs" not in grouped and "Later Ltd" not in grouped
    found = ada.get("/accounts/", {"as_of": then, "q": "harbour"}).content.decode()
    assert "Harbour Signs" in found
    assert "Dock Signs" in ada.get("/accounts/", {"q": "dock"}).content.decode()


def test_sums_are_those_of_then(north: Company) -> None:
    deal = north.make("opportunity", {"name": "Signs", "amount": "100", "amount_currency": "CNY", "closes": "2027-01-15"}, by="ada")
    then = moment_of(north).isoformat()
    with north.as_("ada"):
        writing.change(kind("opportunity"), deal.pk, {"amount": "987654", "amount_currency": "CNY"})
    ada = north.browser("ada")
    look = {"group": "owner", "view": "all"}
    assert "987,654" in ada.get("/opportunities/", look).content.decode()
    page = ada.get("/opportunities/", look | {"as_of": then}).content.decode()
    assert "987,654" not in page and "100" in page.split("grp-s")[1].split("</summary>")[0]


def test_a_day_that_makes_no_sense_is_refused_in_words(north: Company) -> None:
    made, _then = _moved(north)
    for wrong in ("tomorrow", "2999-01-01"):
        assert north.browser("ada").get("/accounts/", {"as_of": wrong}).status_code == 422
        answer = north.api("ada").get(f"/api/v1/accounts/{made.pk}", {"as_of": wrong})
        assert answer.status_code == 400 and "as_of" in answer.json()["fields"]


def test_the_api_answers_records_and_lists_as_of_a_moment(north: Company) -> None:
    made, then = _moved(north)
    api = north.api("ada")
    one = api.get(f"/api/v1/accounts/{made.pk}", {"as_of": then}).json()
    assert (one["name"], one["phone"], one["version"]) == ("Harbour Signs", "+862164882107", 1)
    listed = api.get("/api/v1/accounts", {"as_of": then, "sort": "name"}).json()
    assert [item["name"] for item in listed["items"]] == ["Harbour Signs"]
    assert api.get(f"/api/v1/accounts/{made.pk}", {"as_of": "2020-01-01"}).status_code == 404
    assert north.api("cleo").get(f"/api/v1/accounts/{made.pk}", {"as_of": then}).status_code == 404


def test_pages_of_the_api_go_on_as_of_the_same_moment(north: Company) -> None:
    for name in ("A one", "B two", "C three"):
        north.make("account", {"name": name}, by="ada")
    then = moment_of(north).isoformat().replace("+00:00", "Z")
    north.make("account", {"name": "B between"}, by="ada")
    api, asked = north.api("ada"), {"as_of": then, "sort": "name", "limit": 2}
    first = api.get("/api/v1/accounts", asked).json()
    rest = api.get("/api/v1/accounts", asked | {"cursor": first["next"]}).json()
    assert [item["name"] for item in first["items"] + rest["items"]] == ["A one", "B two", "C three"]
    assert api.get("/api/v1/accounts", {"sort": "name", "limit": 2, "cursor": first["next"]}).status_code == 400
