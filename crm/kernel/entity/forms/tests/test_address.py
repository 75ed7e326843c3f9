"""Postal addresses: taken apart as far as they can be, written in the order of their country."""

import pytest

from crm.kernel.entity.forms.address import (
    Address,
    parse_address,
    parse_country,
    parse_postcode,
    parse_region,
    show_address,
    show_country,
)
from crm.kernel.entity.forms.countries import country_choices
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("上海市静安区南京西路1266号2107室", Address("CN", "上海市", "上海市", "静安区", "", "南京西路1266号2107室")),
        ("上海静安区南京西路", Address("CN", "上海市", "上海市", "静安区", "", "南京西路")),
        ("浙江省杭州市西湖区文三路478号 310012", Address("CN", "浙江省", "杭州市", "西湖区", "310012", "文三路478号")),
        ("中国广东深圳市南山区科技园(邮编518057)", Address("CN", "广东省", "深圳市", "南山区", "518057", "科技园")),
        ("广东省东莞市长安镇振安路1号", Address("CN", "广东省", "东莞市", "", "", "长安镇振安路1号")),
        ("吉林市船营区德胜街1号", Address("CN", "", "吉林市", "船营区", "", "德胜街1号")),
        ("台湾省台北市信义区信义路五段7号", Address("TW", "台湾省", "台北市", "信义区", "", "信义路五段7号")),
        ("香港九龙尖沙咀广东道1号", Address("HK", "香港", "", "", "", "九龙尖沙咀广东道1号")),
        ("120 Hanover Sq., London, WA1 1DP, UK", Address("GB", "", "London", "", "WA1 1DP", "120 Hanover Sq.")),
        ("2732 Baker Blvd., Eugene, OR 97403, USA", Address("US", "OR", "Eugene", "", "97403", "2732 Baker Blvd.")),
        ("Obere Str. 57\n12209 Berlin\nGermany", Address("DE", "", "Berlin", "", "12209", "Obere Str. 57")),
    ],
)
def test_an_address(raw: str, address: Address, english: Reading, chinese: Reading) -> None:
    assert parse_address(raw, english) == address
    assert parse_address(show_address(address, chinese), chinese) == address


def test_addresses_are_written_in_the_order_of_their_country(english: Reading, american: Reading) -> None:
    shanghai = Address("CN", "上海市", "上海市", "静安区", "200040", "南京西路1266号")
    assert show_address(shanghai, english) == "上海市静安区南京西路1266号 200040"
    assert show_address(shanghai, english, lines=True) == "上海市静安区\n南京西路1266号\n200040"
    assert show_address(shanghai, Reading(language="zh-hans", country="GB")).startswith("中国上海市")
    eugene = Address("US", "OR", "Eugene", "", "97403", "2732 Baker Blvd.")
    assert show_address(eugene, american) == "2732 Baker Blvd., Eugene, OR 97403"
    assert show_address(eugene, None, lines=True) == "2732 Baker Blvd.\nEugene\nOR 97403\nUnited States"
    berlin = Address("DE", "", "Berlin", "", "12209", "Obere Str. 57")
    assert show_address(berlin, english) == "Obere Str. 57, 12209 Berlin, Germany"


def test_parts_given_by_name(english: Reading) -> None:
    parts = {"country": "中国", "region": "粤", "city": "深圳市", "postcode": 518057}
    assert parse_address(parts, english) == Address("CN", "广东省", "深圳市", "", "518057", "")
    assert parse_address({}, english) is None
    with pytest.raises(FieldError):
        parse_address({"planet": "Earth"}, english)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("China", "CN"), ("中国", "CN"), ("cn", "CN"), ("UK", "GB"), ("USA", "US"), ("美国", "US"),
        ("Philipines", "PH"), ("臺灣", "TW"), ("Hong Kong", "HK"), ("DEU", "DE"), ("Korea", "KR"), ("", ""),
    ],
)  # fmt: skip
def test_a_country(raw: str, code: str, english: Reading) -> None:
    assert parse_country(raw, english) == code


def test_countries_show_in_both_languages(english: Reading, chinese: Reading) -> None:
    assert show_country("GB", english) == "United Kingdom"
    assert show_country("GB", chinese) == "英国"
    assert len(country_choices()) > 240
    with pytest.raises(FieldError, match="“Narnia” is none"):
        parse_country("Narnia", english)


@pytest.mark.parametrize(
    ("country", "raw", "kept"),
    [
        ("CN", "200040", "200040"), ("CN", 10000, "010000"), ("US", 2139, "02139"),
        ("US", "97403 1234", "97403-1234"),
        ("GB", "wa11dp", "WA1 1DP"), ("CA", "t2f8m4", "T2F 8M4"), ("SE", "S-958 22", "958 22"),
        ("BE", "B-1180", "1180"),
        ("BR", "05432043", "05432-043"), ("PT", "1675", "1675"), ("KE", "00100", "00100"),
        ("NL", "1012ab", "1012 AB"),
    ],
)  # fmt: skip
def test_a_postcode(country: str, raw: object, kept: str, english: Reading) -> None:
    assert parse_postcode(raw, country, english) == kept
    assert parse_postcode(kept, country, english) == kept


def test_a_wrong_postcode_shows_a_right_one(english: Reading) -> None:
    with pytest.raises(FieldError, match="A postcode in China looks like 200040."):
        parse_postcode("20004", "CN", english)
    assert parse_postcode("20004", "CN", Reading(lenient=True)) == "20004"


def test_a_province_by_its_sign(english: Reading) -> None:
    assert parse_region("沪", "CN", english) == "上海市"
    assert parse_region("内蒙古", "CN", english) == "内蒙古自治区"
    assert parse_region("Bavaria", "DE", english) == "Bavaria"
