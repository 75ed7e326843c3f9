"""Which column is which field, on the real headers of the public sets and of common programs."""

from typing import Any

import pytest

from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.columns import importable
from crm.kernel.exchange.mapping import Match, suggest, unknown_values
from crm.kernel.exchange.mapping.synonyms import plain
from crm.kernel.identity.actor import system_actor
from crm.kernel.testing.cast import Company


def matched(company: Company, kind: str, columns: list[str], rows: list[list[str]] | None = None) -> dict[str, str]:
    found = matches(company, kind, columns, rows)
    return {match.column: match.field for match in found if match.field}


def matches(company: Company, kind: str, columns: list[str], rows: list[list[str]] | None = None) -> list[Match]:
    entity: Any = registry.kind(kind)
    with company.as_("admin") as actor:
        return suggest(entity, importable(entity, actor), columns, rows or [])


def test_names_are_compared_without_case_signs_and_camels() -> None:
    assert plain("CompanyName") == plain("company_name") == plain(" Company  Name* ") == "company name"
    assert plain("E-mail 1 - Value") == "e mail 1 value"
    assert plain("ＥＭＡＩＬ") == "email"


def test_a_column_that_is_called_as_the_kind_names_its_records(north: Company) -> None:
    assert matched(north, "opportunity", ["商机", "Stage"]) == {"商机": "name", "Stage": "stage"}


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        (
            "account",
            ["CustomerID", "CompanyName", "Address", "City", "Region", "PostalCode", "Country", "Phone", "Fax"],
            {
                "CompanyName": "name",
                "City": "address_city",
                "Region": "address_region",
                "PostalCode": "address_postcode",
                "Country": "address_country",
                "Phone": "phone",
                "Fax": "fax",
                "CustomerID": "external_id",
            },
        ),
        (
            "contact",
            ["CustomerKey", "FirstName", "LastName", "BirthDate", "EmailAddress"],
            {
                "FirstName": "given_name",
                "LastName": "family_name",
                "BirthDate": "birthday",
                "EmailAddress": "email",
                "CustomerKey": "external_id",
            },
        ),
        ("account", ["股票简称", "公司全称", "代码"], {"公司全称": "name", "代码": "external_id"}),
        (
            "account",
            ["公司名称", "统一社会信用代码", "手机", "网址"],
            {"公司名称": "name", "统一社会信用代码": "tax_id", "网址": "website"},
        ),
        (
            "contact",
            ["姓名", "公司名称", "手机号码", "邮箱", "微信号", "职位"],
            {
                "姓名": "name",
                "公司名称": "account",
                "手机号码": "mobile",
                "邮箱": "email",
                "微信号": "wechat",
                "职位": "job_title",
            },
        ),
        (
            "account",
            ["客户名称", "负责人", "创建时间"],
            {"客户名称": "name", "负责人": "owner", "创建时间": "created_at"},
        ),
        (
            "opportunity",
            ["opportunity_id", "sales_agent", "account", "deal_stage", "close_value"],
            {
                "opportunity_id": "external_id",
                "sales_agent": "owner",
                "account": "account",
                "deal_stage": "stage",
                "close_value": "amount",
            },
        ),
    ],
)
def test_real_headers_find_their_fields(north: Company, kind: str, columns: list[str], expected: dict[str, str]) -> None:
    found = matched(north, kind, columns)
    assert {column: found.get(column) for column in expected} == expected


def test_content_decides_where_the_name_says_nothing(north: Company) -> None:
    rows = [["a@b.example", "x", "https://b.example"], ["c@d.example", "y", "www.d.example"]]
    found = matches(north, "contact", ["Spalte 1", "Spalte 2", "Spalte 3"], rows)
    assert [match.field for match in found][:2] == ["email", None]
    assert not found[0].sure and "look like" in found[0].reason


def test_dates_are_no_phone_numbers_and_countries_no_city(north: Company) -> None:
    rows = [["3/4/1990", "Kenya"], ["25.12.1991", "United States"], ["5/6/1992", "挪威"], ["7/8/1993", "Germany"]]
    found = matches(north, "account", ["When", "Office location"], rows)
    assert [match.field for match in found] == [None, "address_country"] and not found[1].sure


def test_the_whole_name_of_a_company_goes_before_its_short_one(north: Company) -> None:
    assert matched(north, "account", ["name", "fullname"]) == {"name": "other_name", "fullname": "name"}
    assert matched(north, "account", ["name"]) == {"name": "name"}
    assert matched(north, "contact", ["Full name", "Company"]) == {"Full name": "name", "Company": "account"}


def test_a_field_is_given_once_and_every_match_has_a_reason(north: Company) -> None:
    found = matches(north, "account", ["Company", "Company name", "Name", "nonsense"])
    assert [match.field for match in found].count("name") == 1
    assert all(match.reason for match in found)
    assert found[3].field is None


def test_columns_in_another_language_than_the_interface(north: Company) -> None:
    entity: Any = registry.kind("account")
    with north.as_("admin"):
        fields = importable(entity)
    labels = [str(fields[name].label) for name in ("name", "phone", "website")]
    assert matched(north, "account", labels) == dict(zip(labels, ("name", "phone", "website"), strict=True))


def test_unknown_values_of_a_choice_are_listed(north: Company) -> None:
    entity: Any = registry.kind("account")
    with north.as_kith():
        fields = importable(entity, system_actor(north.id))
    found = unknown_values(fields, {"Type": "type"}, ["Type"], [["Company"], ["Odd"], ["Odd"], [""]], Reading())
    assert found == {"type": [("Odd", 2)]}
