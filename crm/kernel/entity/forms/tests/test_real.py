"""The forms over real lists. Each test prints how many values it read; it skips where its set is absent."""

import csv
from collections.abc import Callable
from datetime import date

import pytest

from crm.kernel.base.money import Money
from crm.kernel.entity.forms.address import parse_country, show_country
from crm.kernel.entity.forms.chinese_address import MUNICIPALITIES, split_address
from crm.kernel.entity.forms.dates import guess_date_order, parse_date, show_date
from crm.kernel.entity.forms.email import parse_email
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.numbers import parse_integer, parse_money, show_money
from crm.kernel.entity.forms.person import compose_person, initials, parse_person, show_person
from crm.kernel.entity.forms.phone import parse_phone, show_phone
from crm.kernel.entity.forms.postcode import parse_postcode
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.surnames import COMPOUND
from crm.kernel.entity.forms.tests.conftest import DATA
from crm.kernel.entity.forms.yes_no import parse_yes_no

Rows = Callable[..., list[dict[str, str]]]
Tell = Callable[[str], None]
pytestmark = pytest.mark.real


def test_every_valid_phone_of_245_regions(real: Rows, tell: Tell) -> None:
    rows = real("phone_vectors/phone_examples.csv")
    for row in rows:
        reading = Reading(country=row["region"])
        for column in ("e164", "national", "international", "rfc3966", "raw_national_digits"):
            assert parse_phone(row[column], reading) == row["e164"], row
        assert parse_phone(show_phone(row["e164"], reading), reading) == row["e164"]
        assert parse_phone(show_phone(row["e164"], Reading()), Reading()) == row["e164"]
    tell(f"{len(rows)} valid numbers, each written in 7 ways")


def test_every_invalid_phone_is_refused(real: Rows, tell: Tell) -> None:
    rows = real("phone_vectors/phone_invalid_examples.csv")
    for row in rows:
        with pytest.raises(FieldError):
            parse_phone(row["invalid_e164"], Reading(country=row["region"]))
    tell(f"{len(rows)} invalid numbers refused")


def test_the_fast_path_agrees_with_the_library(real: Rows, tell: Tell) -> None:
    codes = {row["prefix"] for row in real("phone_vectors/cn_landline_areacodes.csv")}
    carriers = [row["prefix"] for row in real("phone_vectors/cn_mobile_carrier_prefixes.csv")]
    chinese = Reading()
    for prefix in (code.removeprefix("+86") for code in codes if len(code) <= 6):
        digits = f"{prefix}{'64882107'[: 10 - len(prefix) if len(prefix) == 2 else 8]}"
        assert parse_phone(f"0{digits}", chinese) == f"+86{digits}"
        assert parse_phone(show_phone(f"+86{digits}", chinese), chinese) == f"+86{digits}"
    for prefix in carriers:
        digits = prefix.removeprefix("+86").ljust(11, "7")
        assert parse_phone(digits, chinese) == f"+86{digits}"
    tell(f"{len(codes)} area codes, {len(carriers)} carriers")


def test_northwind_customers(real: Rows, tell: Tell) -> None:
    rows = real("northwind/customers.csv")
    phones = postcodes = 0
    for row in rows:
        country = parse_country(row["Country"], Reading())
        assert parse_country(show_country(country, Reading(language="zh-hans")), Reading()) == country
        name = parse_person(row["ContactName"], Reading())
        assert name and name.given and name.full == row["ContactName"]
        lenient = Reading(country=country, lenient=True)
        assert parse_phone(row["Phone"], lenient)
        phones += parse_phone(row["Phone"], lenient).startswith("+")
        postcodes += parse_postcode(row["PostalCode"], country, lenient) != row["PostalCode"]
    assert phones > len(rows) // 2
    tell(f"{len(rows)} customers, {phones} phones in E.164, the others kept as written; {postcodes} postcodes set right")


def test_adventureworks_customers(real: Rows, tell: Tell) -> None:
    rows = real("adventureworks/AdventureWorks_Customers.csv")
    american = Reading(country="US", currency="USD", date_order=guess_date_order(row["BirthDate"] for row in rows))
    assert american.date_order == "mdy"
    for row in rows:
        name = compose_person(row["LastName"], row["FirstName"], american, row["Prefix"])
        assert name and name.full.casefold() == f"{row['FirstName']} {row['LastName']}".strip().casefold()
        assert not name.family.isupper()
        assert parse_email(row["EmailAddress"], american)
        income = parse_money(row["AnnualIncome"], american)
        assert income and income.currency == "USD" and show_money(income, american) == row["AnnualIncome"].strip()
        born = parse_date(row["BirthDate"], american)
        assert born and 1900 < born.year < 2000
        assert parse_yes_no(row["HomeOwner"], american) is (row["HomeOwner"] == "Y")
    tell(f"{len(rows)} customers: names, e-mails, incomes, birth dates, yes and no")


def test_sales_opportunities(real: Rows, tell: Tell) -> None:
    rows = real("crm_sales_opportunities/sales_pipeline.csv")
    order = guess_date_order(row["engage_date"] for row in rows)
    assert order == "mdy"
    reading = Reading(currency="USD", date_order=order)
    won = Money(0, "USD")
    for row in rows:
        for column in ("engage_date", "close_date"):
            day = parse_date(row[column], reading)
            assert day is None or date(2016, 10, 1) <= day <= date(2017, 12, 31)
            assert parse_date(show_date(day, reading), reading) == day
        value = parse_money(row["close_value"], reading)
        if value and row["deal_stage"] == "Won":
            won = Money(won.minor + value.minor, "USD")
    assert won == Money(1_000_553_400, "USD")
    for row in real("crm_sales_opportunities/accounts.csv"):
        assert parse_country(row["office_location"], reading)
        assert parse_integer(row["employees"], reading)
    tell(f"{len(rows)} deals, won {show_money(won, reading)}")


def test_chinese_names(tell: Tell) -> None:
    where = DATA / "cn_person_names" / "ancient_names_25W.txt"
    if not where.exists():
        pytest.skip("cn_person_names is not on this machine")
    names = where.read_text(encoding="utf-8-sig").split()[2:]
    compound = 0
    for raw in names:
        name = parse_person(raw, Reading())
        assert name and show_person(name, Reading()) and initials(name)
        if raw[:2] in COMPOUND and name.order == "eastern" and "·" not in raw:
            assert name.family == raw[:2], raw
            assert initials(name, small=True) == raw[:2]
            compound += 1
    assert compound > 1_000
    tell(f"{len(names)} names, {compound} with compound surnames")


def test_chinese_addresses(real: Rows, tell: Tell) -> None:
    names = {}
    for level in ("provinces", "cities", "areas"):
        names[level] = {row["code"]: row["name"] for row in real(f"cn_admin_divisions/{level}.csv")}
    with (DATA / "cn_admin_divisions" / "streets.csv").open(encoding="utf-8-sig") as lines:
        streets = list(csv.DictReader(lines))
    right = 0
    for row in streets:
        province, area = names["provinces"][row["provinceCode"]], names["areas"][row["areaCode"]]
        city = names["cities"][row["cityCode"]]
        expected = (province, city, area)
        if province in MUNICIPALITIES:
            city, expected = "", (province, province, area)
        elif "直辖" in city:
            city, expected = "", (province, area, "") if area.endswith("市") else (province, "", area)
        street = f"{row['name']}88号"
        found = split_address(f"{province}{city}{area}{street}")
        right += (found.region, found.city, found.district, found.street) == (*expected, street)
    assert right / len(streets) > 0.995
    tell(f"{right} of {len(streets)} addresses taken apart as the register has them")
