"""Products, prices and rates; the lines of a deal and the amount that follows them; competitors; what a stage asks for."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.commerce.queries import price_of, rate_between
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.base.money import Money
from crm.kernel.entity.registry import registry
from crm.kernel.records.actions import perform
from crm.kernel.records.undo import note, undo
from crm.kernel.records.writing import change, create, create_many, remove
from crm.kernel.testing.cast import Company
from crm.sales.actions import add_stages, found_pipeline
from crm.sales.models import Opportunity, OpportunityLine, Stage
from crm.sales.queries.lines import current_day


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def shop(company: Company) -> dict[str, Any]:
    """Two lamps: one priced in yuan from 1 and from 100 on, one in dollars only."""
    made = {name: company.make("product", {"name": name, "unit": "pcs"}) for name in ("Street lamp", "Desk lamp")}
    yuan = company.make("price_list", {"name": "China", "currency": "CNY"})
    dollars = company.make("price_list", {"name": "Abroad", "currency": "USD"})
    prices = ((yuan, "Street lamp", "200", 1), (yuan, "Street lamp", "180", 100), (dollars, "Desk lamp", "10", 1))
    for list_, product, price, least in prices:
        company.make("price_entry", {"price_list": list_.pk, "product": made[product].pk, "price": price, "from_quantity": least})
    return made


def amount(company: Company, deal: Any) -> Money | None:
    with company.as_kith():
        found: Money | None = kind("opportunity").fields["amount"].value(Opportunity.objects.get(pk=deal.pk))
        return found


def test_the_price_of_the_list_that_holds(north: Company) -> None:
    products = shop(north)
    old = north.make("price_list", {"name": "Old", "currency": "CNY", "valid_until": "2020-12-31"})
    north.make("price_entry", {"price_list": old.pk, "product": products["Street lamp"].pk, "price": "1"})
    with north.as_("ada"):
        day = current_day()
        for quantity, minor in ((1, 200_00), (99, 200_00), (100, 180_00)):
            found = price_of(products["Street lamp"].pk, Decimal(quantity), "CNY", day)
            assert found is not None and found.price.minor == minor
        assert price_of(products["Desk lamp"].pk, Decimal(1), "CNY", day) is None


def test_rates_go_both_ways_and_by_way_of_the_companys_currency(north: Company) -> None:
    for code, day, rate in (("USD", "2026-11-01", "7.10"), ("USD", "2026-11-20", "7.20"), ("EUR", "2026-11-10", "8.00")):
        north.make("currency_rate", {"currency": code, "day": day, "rate": rate, "source": "PBOC"})
    with north.as_("ada"):
        day = current_day()
        usd = rate_between("USD", "CNY", day)
        assert usd is not None and (usd.value, str(usd.day), usd.source) == (Decimal("7.2"), "2026-11-20", "PBOC")
        back = rate_between("CNY", "USD", day)
        assert back is not None and back.of(Money(7200, "CNY")) == Money(1000, "USD")
        cross = rate_between("EUR", "USD", day)
        assert cross is not None and str(cross.day) == "2026-11-10" and cross.of(Money(900, "EUR")) == Money(1000, "USD")
        earlier = rate_between("USD", "CNY", day.replace(year=2026, month=11, day=5))
        assert earlier is not None and earlier.value == Decimal("7.1")
        assert rate_between("USD", "CNY", day.replace(year=2025)) is None and rate_between("GBP", "CNY", day) is None
    with pytest.raises(Wrong):
        north.make("currency_rate", {"currency": "USD", "day": "2026-11-20", "rate": "7.3"})
    with pytest.raises(Wrong):
        north.make("currency_rate", {"currency": "USD", "day": "2026-11-21", "rate": "0"})


def test_the_amount_follows_the_lines(north: Company) -> None:
    products = shop(north)
    deal = north.make("opportunity", {"name": "Lamps", "amount": "5"}, by="ada")
    line = north.make("opportunity_line", {"opportunity": deal.pk, "product": products["Street lamp"].pk, "quantity": "3"}, by="ada")
    assert (line.unit_price, line.total, line.unit_price_currency) == (200_00, 600_00, "CNY")
    assert amount(north, deal) == Money(600_00, "CNY")
    second = north.make("opportunity_line", {"opportunity": deal.pk, "description": "Fitting", "unit_price": "50"}, by="ada")
    assert amount(north, deal) == Money(650_00, "CNY")
    with north.as_("ada"):
        assert change(kind("opportunity_line"), line.pk, {"quantity": "100"}).unit_price == 180_00
        changed = change(kind("opportunity_line"), line.pk, {"discount": "10"})
        assert (changed.total, changed.unit_price) == (16_200_00, 180_00)
        kept = change(kind("opportunity_line"), line.pk, {"unit_price": "170"})
        assert change(kind("opportunity_line"), kept.pk, {"quantity": "2"}).unit_price == 170_00
        remove(kind("opportunity_line"), second.pk)
    assert amount(north, deal) == Money(306_00, "CNY")


def test_a_price_in_another_currency_is_converted_and_its_rate_kept(north: Company) -> None:
    products = shop(north)
    deal = north.make("opportunity", {"name": "Lamps", "amount": "5"}, by="ada")
    line = north.make("opportunity_line", {"opportunity": deal.pk, "product": products["Desk lamp"].pk}, by="ada")
    assert line.unit_price is None
    with north.as_("ada"), pytest.raises(Wrong) as refusal:
        change(kind("opportunity_line"), line.pk, {"unit_price": "10", "unit_price_currency": "USD"})
    assert "USD" in str(refusal.value) and "CNY" in str(refusal.value)
    north.make("currency_rate", {"currency": "USD", "day": "2026-11-20", "rate": "7.2", "source": "PBOC"})
    with north.as_("ada"):
        done = change(kind("opportunity_line"), line.pk, {"quantity": "2"})
        assert (done.unit_price, done.total, done.rate, str(done.rate_day), done.rate_source) == (
            72_00,
            144_00,
            Decimal("7.2"),
            "2026-11-20",
            "PBOC",
        )
        plain = change(kind("opportunity_line"), line.pk, {"unit_price": "80"})
        assert (plain.unit_price, plain.unit_price_currency, plain.rate) == (80_00, "CNY", None)


def test_lines_that_come_together_stand_in_order_in_one_currency_and_are_read_for_once(north: Company) -> None:
    north.make("currency_rate", {"currency": "USD", "base": "CNY", "rate": "7", "day": "2020-01-01"})
    deals = [north.make("opportunity", {"name": f"Deal {number}"}, by="ada") for number in range(2)]
    entity = registry.kind("opportunity_line")
    assert entity is not None

    def rows(many: int) -> list[dict[str, object]]:
        codes = ("CNY", "USD")
        return [
            {"opportunity": deals[0].pk, "description": f"Line {at}", "unit_price": "10", "unit_price_currency": codes[at % 2]}
            for at in range(many)
        ]

    with north.as_("ada"), CaptureQueriesContext(connection) as few:
        create_many(entity, rows(2))
    with north.as_("ada"), CaptureQueriesContext(connection) as many:
        create_many(entity, rows(42))
    assert len(many) <= len(few) + 4, (len(few), len(many))
    with north.as_("ada"):
        made = list(OpportunityLine.objects.filter(opportunity_id=deals[0].pk).order_by("position"))
        assert [one.position for one in made] == list(range(1, 45))
        assert {one.unit_price_currency for one in made} == {"CNY"} and {one.unit_price for one in made} == {10_00, 70_00}
        deals[0].refresh_from_db()
        assert deals[0].amount == 22 * 10_00 + 22 * 70_00


def test_the_amount_is_taken_in_hand_and_given_back(north: Company) -> None:
    deal = north.make("opportunity", {"name": "Lamps"}, by="ada")
    north.make("opportunity_line", {"opportunity": deal.pk, "description": "Fitting", "unit_price": "50"}, by="ada")
    with north.as_("ada"):
        with pytest.raises(Wrong) as refusal:
            change(kind("opportunity"), deal.pk, {"amount": "99"})
        assert "amount" in refusal.value.fields
        change(kind("opportunity"), deal.pk, {"amount": "99", "by_hand": True})
    north.make("opportunity_line", {"opportunity": deal.pk, "description": "Paint", "unit_price": "1"}, by="ada")
    assert amount(north, deal) == Money(99_00, "CNY")
    with north.as_("ada"):
        change(kind("opportunity"), deal.pk, {"by_hand": False})
    assert amount(north, deal) == Money(51_00, "CNY")


def test_undo_of_a_line_brings_the_amount_back(north: Company) -> None:
    deal = north.make("opportunity", {"name": "Lamps", "amount": "5"}, by="ada")
    with north.as_("ada"):
        create(kind("opportunity_line"), {"opportunity": deal.pk, "description": "Fitting", "unit_price": "50"})
        change_set = note("line", 1).pk
    with north.as_("ada"):
        undo(change_set)
        assert not OpportunityLine.objects.filter(deleted_at=None).exists()
    assert amount(north, deal) == Money(5_00, "CNY")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"description": None}, "product"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"discount": "101"}, "discount"),
        ({"discount": "-1"}, "discount"),
        ({"quantity": "many"}, "quantity"),
    ],
)
def test_lines_that_do_not_fit_are_refused(north: Company, values: dict[str, Any], field: str) -> None:
    deal = north.make("opportunity", {"name": "Lamps"})
    with pytest.raises(Wrong) as refusal:
        north.make("opportunity_line", {"opportunity": deal.pk, "description": "x", "unit_price": "1"} | values)
    assert field in refusal.value.fields and amount(north, deal) is None


def test_the_table_on_the_deals_page(north: Company, south: Company) -> None:
    products = shop(north)
    deal = north.make("opportunity", {"name": "Lamps"}, by="ada")
    base = f"/sales/deals/{deal.pk}/lines"
    client = north.browser("ada")
    added = client.post(base, {"product": str(products["Street lamp"].pk)}, headers={"HX-Request": "true"})
    assert added.status_code == 200 and 'id="hl-amount"' in added.content.decode() and "autofocus" in added.content.decode()
    client.post(base, {"description": "Fitting"})
    with north.as_("ada"):
        lamp, fitting = OpportunityLine.objects.order_by("position")
    wrong = client.post(f"{base}/{lamp.pk}", {"quantity": "none", "unit_price": "200.00"})
    assert wrong.status_code == 422 and 'role="alert"' in wrong.content.decode()
    assert client.post(f"{base}/{lamp.pk}", {"quantity": "2", "unit_price": "200.00"}).status_code == 200
    assert client.post(f"{base}/{fitting.pk}/order", {"way": "up"}).status_code == 200
    with north.as_("ada"):
        assert [one.pk for one in OpportunityLine.objects.order_by("position")] == [fitting.pk, lamp.pk]
    assert client.post(f"{base}/{fitting.pk}/drop").status_code == 200
    assert amount(north, deal) == Money(400_00, "CNY")
    other = north.make("opportunity", {"name": "Other"}, by="ada")
    assert client.post(f"/sales/deals/{other.pk}/lines/{lamp.pk}", {"quantity": "9"}).status_code == 404
    for who, status in ((north.browser("vi"), 403), (north.browser("cleo"), 404), (south.browser("admin"), 404)):
        for address in (base, f"{base}/{lamp.pk}", f"{base}/{lamp.pk}/order", f"{base}/{lamp.pk}/drop", f"/sales/deals/{deal.pk}/by-hand"):
            answer = who.post(address, {"quantity": "7", "description": "x", "by_hand": "1"})
            assert answer.status_code == status, (address, answer.status_code)
    assert amount(north, deal) == Money(400_00, "CNY")
    assert "400" in client.get(f"/opportunities/{deal.pk}/").content.decode()


def test_who_may_not_set_up_changes_no_product_and_sees_no_cost(north: Company) -> None:
    product = north.make("product", {"name": "Lamp", "cost": "12.34"})
    with pytest.raises(NotAllowed):
        north.make("product", {"name": "Mine"}, by="ada")
    with north.as_("ada"), pytest.raises(NotAllowed):
        change(kind("product"), product.pk, {"name": "Mine"})
    for who, seen in (("ada", False), ("vi", False), ("admin", True), ("bo", True)):
        assert ("12.34" in north.browser(who).get(f"/products/{product.pk}/").content.decode()) is seen, who
        assert ("cost" in north.api(who).get(f"/api/v1/products/{product.pk}").json()) is seen, who


def test_amounts_in_the_readers_and_the_companys_currency(north: Company) -> None:
    north.make("currency_rate", {"currency": "GBP", "day": "2026-11-20", "rate": "9.5", "source": "PBOC"})
    deal = north.make("opportunity", {"name": "Lamps", "amount": "1000", "amount_currency": "GBP"}, by="ada")
    body = north.browser("ada").get(f"/opportunities/{deal.pk}/").content.decode()
    assert "In other currencies" in body and "9,500" in body and "PBOC" in body


def test_competitors_are_proposed_when_a_deal_is_lost(north: Company) -> None:
    rival = north.make("account", {"name": "Brightways", "type": "competitor"}, by="ada")
    deal = north.make("opportunity", {"name": "Lamps"}, by="ada")
    north.make("deal_competitor", {"opportunity": deal.pk, "account": rival.pk, "standing": "ahead", "strength": "cheap"}, by="ada")
    client = north.browser("ada")
    shown = client.get(f"/opportunities/{deal.pk}/do/lose", headers={"HX-Request": "true"}).content.decode()
    assert "Brightways" in shown and "cheap" in shown
    wrong = client.post(f"/opportunities/{deal.pk}/do/lose", {"rival": str(rival.pk)}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    with north.as_("ada"):
        reason = registry.kind("lost_reason").model.objects.get(name="Price").pk
    given = {"rival": str(rival.pk), "lost_reason": str(reason)}
    done = client.post(f"/opportunities/{deal.pk}/do/lose", given, headers={"HX-Request": "true"})
    assert done.status_code == 204
    with north.as_("ada"):
        assert Opportunity.objects.get(pk=deal.pk).lost_to_id == rival.pk
    assert north.browser("cleo").get(f"/opportunities/{deal.pk}/do/lose").status_code == 404


def test_a_stage_asks_for_what_it_needs_on_every_way(north: Company) -> None:
    deal = north.make("opportunity", {"name": "Lamps"}, by="ada")
    with north.as_("admin"):
        proposal = Stage.objects.get(name="Proposal")
        change(kind("stage"), proposal.pk, {"needs": ["amount", "lines"]})
    with north.as_("ada"), pytest.raises(Wrong) as refusal:
        change(kind("opportunity"), deal.pk, {"stage": proposal.pk})
    assert "Amount" in str(refusal.value) and "Proposal" in str(refusal.value)
    drag = north.browser("ada").post(f"/opportunities/{deal.pk}/move", {"value": str(proposal.pk)}, headers={"HX-Request": "true"})
    assert drag.status_code == 422 and "Amount" in drag.headers["HX-Trigger"]
    api = north.api("ada").patch(f"/api/v1/opportunities/{deal.pk}", {"stage": str(proposal.pk)}, content_type="application/json")
    assert api.status_code == 422 and "amount" in api.json()["fields"]
    north.make("opportunity_line", {"opportunity": deal.pk, "description": "Fitting", "unit_price": "50"}, by="ada")
    with north.as_("ada"):
        moved = change(kind("opportunity"), deal.pk, {"stage": proposal.pk})
        assert moved.stage_id == proposal.pk
        with pytest.raises(Refusal):
            change(kind("opportunity"), deal.pk, {"amount": None, "by_hand": True})
    with pytest.raises(Wrong):
        north.make("stage", {"name": "X", "pipeline": moved.pipeline_id, "needs": ["nonsense"]})


def test_a_deal_goes_on_in_another_pipeline_in_the_stage_that_fits(north: Company) -> None:
    with north.as_("admin"):
        tele = found_pipeline("By telephone", main=False, way="tele")
        names = [one.name for one in Stage.objects.filter(pipeline_id=tele.pk).order_by("position")]
        add_stages(tele, [("Proposal", "open", 61, None)])
    deal = north.make("opportunity", {"name": "Lamps"}, by="ada")
    assert "Won" in names and names != ["Discovery", "Chosen", "Proposal", "Negotiation", "Won", "Lost"]
    with north.as_("ada"):
        moved = perform(kind("opportunity"), "change_pipeline", deal.pk, {"pipeline": str(tele.pk)})
        assert moved.stage.pipeline_id == tele.pk and moved.stage.kind == "open"
        perform(kind("opportunity"), "win", deal.pk, {})
        main = Stage.objects.get(name="Discovery").pipeline_id
        back = perform(kind("opportunity"), "change_pipeline", deal.pk, {"pipeline": str(main)})
        assert (back.stage.kind, back.pipeline_id) == ("won", main)
        with pytest.raises(Wrong):
            perform(kind("opportunity"), "change_pipeline", deal.pk, {"pipeline": str(tele.pk), "stage": str(back.stage_id)})
    with north.as_("cleo"), pytest.raises(NotFound):
        perform(kind("opportunity"), "change_pipeline", deal.pk, {"pipeline": str(tele.pk)})
