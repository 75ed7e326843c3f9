"""Any past day of kinds made in the interface and of fields added to shipped ones: record, list, filter, groups, sums, board, API."""

import datetime
from typing import Any

import pytest
from django.db import connection

from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.registry import registry
from crm.kernel.records import writing
from crm.kernel.testing.cast import Company


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def moment(north: Company) -> str:
    """The database's clock, as an address says it."""
    with north.as_kith(), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime.datetime = cursor.fetchone()[0]
    return found.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


class Fleet:
    """Three vehicles; `then` is the moment before all that the tests look past."""

    def __init__(self, north: Company) -> None:
        self.north = north
        with north.as_("admin"):
            actions.make_kind({"label": {"en": "Vehicle"}, "labels": {"en": "Vehicles"}})
            for label, type_, told in (
                ("Fuel", "choice", {"options": ["Diesel", "Electric"]}), ("Mileage", "integer", {}), ("Price", "money", {}),
                ("Keeper", "link", {"target": "account"}), ("Spares", "links", {"target": "vehicle"}), ("Note", "text", {}),
            ):  # fmt: skip
                actions.make_field("vehicle", {"label": label, "type": type_, **told})
            actions.make_field("account", {"label": "Grade", "type": "choice", "options": ["Gold", "Tin"]})
            layouts.change_layout("vehicle", {"board": "fuel", "board_sum": "price", "card": ["keeper"]})
        self.buyer = self.made("account", {"name": "Buyer", "grade": "gold"})
        self.vans = [
            self.van("Able", "diesel", 100), self.van("Bell", "diesel", 200), self.van("Calm", "electric", 300),
        ]  # fmt: skip
        self.then = moment(north)

    def van(self, name: str, fuel: str, price: int) -> Any:
        given = {"name": name, "fuel": fuel, "mileage": price * 10, "price": str(price), "price_currency": "CNY", "note": f"of {name}"}
        return self.made("vehicle", {**given, "keeper": str(self.buyer.pk)})

    def made(self, name: str, given: dict[str, Any]) -> Any:
        with self.north.as_("admin"):
            return writing.create(kind(name), given)

    def change(self, van: Any, values: dict[str, Any]) -> None:
        with self.north.as_("admin"):
            writing.change(kind("vehicle"), van.pk, values)

    def page(self, where: str, **given: Any) -> str:
        answer = self.north.browser("admin").get(where, {"as_of": self.then, **given})
        assert answer.status_code == 200, (where, answer.status_code)
        return answer.content.decode().split("<main")[-1].split("</main")[0]  # type: ignore[no-any-return]

    def names(self, **given: Any) -> list[str]:
        """What the API lists as of then."""
        answer = self.north.api("admin").get("/api/v1/vehicles", {"as_of": self.then, "sort": "name", **given})
        assert answer.status_code == 200, answer.content
        return [one["name"] for one in answer.json()["items"]]


@pytest.fixture
def fleet(north: Company) -> Fleet:
    return Fleet(north)


def test_values_lists_and_filters_of_an_own_kind_are_of_then(fleet: Fleet) -> None:
    able, bell, calm = fleet.vans
    fleet.change(able, {"name": "Zeta", "fuel": "electric", "mileage": 7, "spares": [str(bell.pk)]})
    with fleet.north.as_("admin"):
        writing.remove(kind("vehicle"), bell.pk)
    fleet.van("Later", "diesel", 999)
    assert fleet.names() == ["Able", "Bell", "Calm"]
    assert fleet.names(filter="fuel = diesel") == ["Able", "Bell"]
    assert fleet.names(filter="mileage >= 2000") == ["Bell", "Calm"]
    assert fleet.names(filter='keeper.name = "Buyer" and fuel = electric') == ["Calm"]
    page = fleet.page("/vehicles/", filter="fuel = diesel")
    assert "Able" in page and "Bell" in page and "2 records" in page and "Calm" not in page and "Later" not in page and "Zeta" not in page
    record = fleet.page(f"/vehicles/{able.pk}/")
    assert "Diesel" in record and "1,000" in record and "Zeta" not in record
    one = fleet.north.api("admin").get(f"/api/v1/vehicles/{able.pk}", {"as_of": fleet.then}).json()
    assert (one["name"], one["fuel"], one["mileage"], one["spares"], one["version"]) == ("Able", "diesel", 1000, [], 1)
    assert "Bell" in fleet.page(f"/vehicles/{bell.pk}/"), "what is in the bin today stands as it did"


def test_groups_and_sums_of_an_own_kind_are_of_then(fleet: Fleet) -> None:
    fleet.change(fleet.vans[0], {"fuel": "electric", "price": "5000"})
    fleet.van("Later", "diesel", 999)
    page = fleet.page("/vehicles/", group="fuel", columns="name,price")
    heads = [one.split("</summary>")[0] for one in page.split("<summary")[1:]]
    diesel, electric = (next(head for head in heads if word in head) for word in ("Diesel", "Electric"))
    assert ">2<" in diesel and "300" in diesel and ">1<" in electric and "300" in electric
    assert "Later" not in page and "5,000" not in page


def test_the_board_is_of_then_and_nothing_on_it_can_be_moved(fleet: Fleet) -> None:
    fleet.change(fleet.vans[0], {"fuel": "electric", "price": "5000"})
    fleet.van("Later", "diesel", 999)
    page = fleet.page("/vehicles/board")
    diesel = page.split('data-column="diesel"')[1].split("<section")[0]
    assert 'data-head="count">2<' in diesel and "¥300" in diesel and "Able" in diesel and "Bell" in diesel
    assert "Later" not in page and "As it stood on" in page and 'data-fixed="1"' in page
    assert "data-move" not in page and "hx-post" not in page
    assert f"/vehicles/{fleet.vans[0].pk}/?as_of=" in page, "cards lead to the record of then"
    today = fleet.north.browser("admin").get("/vehicles/board").content.decode()
    assert "Later" in today and "data-move=" in today and "As it stood" not in today


def test_a_column_that_was_taken_off_the_board_since_is_still_there_then(fleet: Fleet) -> None:
    fleet.change(fleet.vans[2], {"fuel": "diesel"})
    with fleet.north.as_("admin"):
        actions.change_field("vehicle", "fuel", {"options": [{"value": "diesel", "labels": {"en": "Heavy oil"}}]})
    page = fleet.page("/vehicles/board")
    assert "Calm" in page.split('data-column="electric"')[1]
    assert "Heavy oil" in page and "Diesel" not in page, "choices go by their names of today"
    assert 'data-column="electric"' not in fleet.north.browser("admin").get("/vehicles/board").content.decode()
    assert fleet.names(filter="fuel = diesel") == ["Able", "Bell"]


def test_further_cards_of_a_column_are_of_then_too(fleet: Fleet) -> None:
    for number in range(14):
        fleet.van(f"Many {number:02}", "diesel", 1)
    fleet.then = moment(fleet.north)
    fleet.van("Many zz", "diesel", 1)
    more = fleet.page("/vehicles/board").split('hx-get="/vehicles/board/more')[1].split('"')[0].replace("&amp;", "&")
    assert "as_of=" in more
    rest = fleet.north.browser("admin").get(f"/vehicles/board/more{more}".replace("movable=0", "movable=1")).content.decode()
    assert "Many 13" in rest and "Many zz" not in rest and "data-move" not in rest


def test_a_field_retired_since_comes_back_with_its_values_of_then(fleet: Fleet) -> None:
    fleet.change(fleet.vans[0], {"note": "another"})
    with fleet.north.as_("admin"):
        actions.retire_field("vehicle", "note")
    assert "note" not in fleet.north.api("admin").get(f"/api/v1/vehicles/{fleet.vans[0].pk}", {"as_of": fleet.then}).json()
    assert fleet.names() == ["Able", "Bell", "Calm"]
    with fleet.north.as_("admin"):
        actions.retire_field("vehicle", "note", back=True)
    assert fleet.names(filter='note = "of Able"') == ["Able"]
    assert "of Able" in fleet.page(f"/vehicles/{fleet.vans[0].pk}/")


def test_a_field_made_after_that_day_is_empty_then(fleet: Fleet) -> None:
    with fleet.north.as_("admin"):
        actions.make_field("vehicle", {"label": "Seats", "type": "integer"})
    fleet.change(fleet.vans[0], {"seats": 5})
    assert fleet.names(filter="seats = 5") == [] and fleet.names(filter="seats is empty") == ["Able", "Bell", "Calm"]
    one = fleet.north.api("admin").get(f"/api/v1/vehicles/{fleet.vans[0].pk}", {"as_of": fleet.then}).json()
    assert one["seats"] is None


def test_a_link_to_a_record_deleted_since_is_still_there(fleet: Fleet) -> None:
    with fleet.north.as_("admin"):
        writing.change(kind("account"), fleet.buyer.pk, {"name": "Buyer Ltd"})
        writing.remove(kind("account"), fleet.buyer.pk)
    assert "Buyer Ltd" in fleet.page(f"/vehicles/{fleet.vans[0].pk}/"), "linked records go by today's names"
    assert fleet.names(filter='keeper.name = "Buyer"') == ["Able", "Bell", "Calm"], "and are looked for by those of then"


def test_an_own_field_of_a_shipped_kind_is_of_then(fleet: Fleet) -> None:
    north = fleet.north
    with north.as_("admin"):
        writing.change(kind("account"), fleet.buyer.pk, {"grade": "tin"})
    found = north.api("admin").get("/api/v1/accounts", {"as_of": fleet.then, "filter": "grade = gold"}).json()["items"]
    assert [(one["name"], one["grade"]) for one in found] == [("Buyer", "gold")]
    assert not north.api("admin").get("/api/v1/accounts", {"filter": "grade = gold"}).json()["items"]
    assert "Gold" in fleet.page(f"/accounts/{fleet.buyer.pk}/")
    assert "Gold" in fleet.page("/accounts/", group="grade").split("<summary")[1].split("</summary>")[0]


def test_a_board_shows_what_the_reader_sees_today_and_days_to_come_are_refused(fleet: Fleet) -> None:
    with fleet.north.as_("admin"):
        ada = str(fleet.north.people["ada"].pk)
        writing.change(kind("vehicle"), fleet.vans[0].pk, {"owner": ada})
    page = fleet.north.browser("cleo").get("/vehicles/board", {"as_of": fleet.then})
    assert page.status_code == 200 and "Able" not in page.content.decode(), "hers neither then nor now"
    for given in ({"as_of": "2999-01-01"}, {"as_of": "soon"}):
        for where in ("/vehicles/board", "/vehicles/board/more"):
            assert fleet.north.browser("admin").get(where, given).status_code == 422
