"""Numbers and money as people in China and elsewhere write them; never a float."""

from decimal import Decimal

import pytest

from crm.kernel.base.money import Money
from crm.kernel.entity.forms.currencies import parse_currency, show_currency
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.numbers import (
    parse_decimal,
    parse_integer,
    parse_money,
    parse_percent,
    short_money,
    show_decimal,
    show_money,
    show_percent,
)
from crm.kernel.entity.forms.reading import Reading


@pytest.mark.parametrize(
    ("raw", "amount", "currency"),
    [
        ("¥1,286,000", "1286000.00", "CNY"),
        ("$90,000 ", "90000.00", "USD"),
        ("3万", "30000.00", "CNY"),
        ("3.5万元", "35000.00", "CNY"),
        ("1.2亿", "120000000.00", "CNY"),
        ("1.5k", "1500.00", "CNY"),
        ("(1,054)", "-1054.00", "CNY"),
        ("1,054-", "-1054.00", "CNY"),
        ("￥１，２００．５", "1200.50", "CNY"),
        ("CNY 500", "500.00", "CNY"),
        ("500 RMB", "500.00", "CNY"),
        ("人民币500元", "500.00", "CNY"),
        ("500元人民币", "500.00", "CNY"),
        ("US$ 5.5m", "5500000.00", "USD"),
        ("€1.234,56", "1234.56", "EUR"),
        ("HK$100", "100.00", "HKD"),
        ("港币3万", "30000.00", "HKD"),
        ("JPY 1500", "1500", "JPY"),
        ("KWD 1.234", "1.234", "KWD"),
        ("1 234 567", "1234567.00", "CNY"),
        ("1'234.50", "1234.50", "CNY"),
        ("1,2345", "12345.00", "CNY"),
        ("12,34,567", "1234567.00", "CNY"),
        ("−5", "-5.00", "CNY"),
        (33.333333, "33.33", "CNY"),
        (Decimal("1.50"), "1.50", "CNY"),
        (1054, "1054.00", "CNY"),
    ],
)
def test_money(raw: object, amount: str, currency: str, english: Reading) -> None:
    money = parse_money(raw, english)
    assert money == Money.of(Decimal(amount), currency)
    assert parse_money(show_money(money, english), english) == money


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("1,5", "The decimal mark here is “.”, and digits are grouped by three, as in 1,234.56."),
        ("12.345", "At most 2 digits fit behind the decimal mark; this has 3."),
        ("abc", "Write a number, such as 1,286,000."),
        ("USD 5 EUR", "One amount has one currency; this names USD and EUR."),
        (
            "99999999999999999999",
            "The largest amount is 92,233,720,368,547,758.07; this is 99,999,999,999,999,999,999.",
        ),
        ("1" * 41, "A number has at most 40 digits."),
        ("1e99", "A number has at most 40 digits."),
        (True, "Write a number, such as 1,286,000."),
    ],
)
def test_what_is_no_amount(raw: object, words: str, english: Reading) -> None:
    with pytest.raises(FieldError) as caught:
        parse_money(raw, english)
    assert str(caught.value.message) == words


def test_decimal_comma() -> None:
    german = Reading(country="DE", currency="EUR", decimal_mark=",")
    assert parse_money("1.234,56", german) == Money(123456, "EUR")
    assert show_money(Money(123450, "EUR"), german) == "€1.234,50"
    assert parse_decimal("1.234", german) == 1234


def test_currency_of_a_bare_sign_is_the_readers() -> None:
    hong_kong = Reading(country="HK", currency="HKD")
    assert parse_money("$5", hong_kong) == Money(500, "HKD")
    assert parse_money("$5", Reading()) == Money(500, "USD")
    assert parse_money("¥5", Reading(country="JP", currency="JPY")) == Money(5, "JPY")
    assert parse_money("5", Reading(), "USD") == Money(500, "USD")


def test_short_money(english: Reading, chinese: Reading) -> None:
    shown = {
        1_286_000: ("¥1.29M", "¥128.6万"),
        896_000: ("¥896k", "¥89.6万"),
        980_000: ("¥980k", "¥98万"),
        38_500: ("¥39k", "¥3.9万"),
        14_386_100: ("¥14.39M", "¥1,439万"),
        999_600: ("¥1M", "¥100万"),
        99_999_999: ("¥100M", "¥1亿"),
        999: ("¥999", "¥999"),
    }
    for amount, (western, eastern) in shown.items():
        money = Money.of(amount, "CNY")
        assert short_money(money, english) == western
        assert short_money(money, chinese) == eastern
    assert short_money(Money.of(-1_286_000, "CNY"), chinese) == "−¥128.6万"
    assert short_money(Money.of(12_860_000, "CNY"), Reading(language="zh-hant")) == "¥1,286萬"


def test_whole_numbers(english: Reading) -> None:
    assert parse_integer("1,200", english) == 1200
    assert parse_integer("3万", english) == 30_000
    assert parse_integer("12.0", english) == 12
    assert parse_integer("", english) is None
    with pytest.raises(FieldError, match=r"nothing behind the decimal mark; this is 12.5"):
        parse_integer("12.5", english)
    with pytest.raises(FieldError, match=r"It goes from 0 to 100; this is 101"):
        parse_integer("101", english, 0, 100)
    with pytest.raises(FieldError):
        parse_integer(2**63, english)


def test_percent(english: Reading) -> None:
    for raw in ("12.5%", "12.5", "12.5 %", "百分之12.5", "１２.５％"):
        assert parse_percent(raw, english) == Decimal("12.5")
    assert show_percent(Decimal("12.50"), english) == "12.5%"
    assert show_decimal(Decimal("-1234.500"), english) == "−1,234.5"


def test_currencies(english: Reading, chinese: Reading) -> None:
    for raw in ("cny", "RMB", "¥", "人民币", "Chinese Yuan", "元"):
        assert parse_currency(raw, english) == "CNY"
    assert parse_currency("美元", english) == "USD"
    assert show_currency("CNY", chinese) == "人民币"
    with pytest.raises(FieldError, match="three letters"):
        parse_currency("DEM", english)
