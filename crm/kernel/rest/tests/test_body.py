"""What a request body may hold, and what is refused before it can hurt."""

from decimal import Decimal

import pytest
from django.test import RequestFactory

from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.rest.body import MAX_JSON_BYTES, check_values, parse_json, read_object
from crm.kernel.rest.problems import BadRequest, TooLarge, WrongType

web = RequestFactory()


def test_numbers_with_a_point_stay_exact() -> None:
    assert parse_json(b'{"amount": 0.10}') == {"amount": Decimal("0.10")}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nul",
        b"NaN",
        b"[1,2] x",
        b"\xff",
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b"1e400",
        b"1e9999999999",
        b"1" * 6000,
        b"0." + b"1" * 6000,
        b"[" * 100_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_not_good_json_is_a_bad_request(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_json(raw)


def test_nul_and_large_numbers_are_named_with_their_place() -> None:
    with pytest.raises(Wrong) as caught:
        check_values({"name": "a\x00b", "nested": {"list": [1, 2**64]}, "fine": "微信 😀"})
    assert set(caught.value.fields) == {"name", "nested.list.1"}


def test_half_surrogates_are_refused() -> None:
    with pytest.raises(Wrong):
        check_values({"name": "\ud800"})


@pytest.mark.parametrize(
    ("content_type", "body", "refusal"),
    [
        ("text/plain", b"{}", WrongType),
        ("application/xml", b"<a/>", WrongType),
        ("application/json; charset=gbk", b"{}", WrongType),
        ("application/json", b"[]", BadRequest),
        ("application/json", b'"x"', BadRequest),
        ("application/json", b"{" + b" " * MAX_JSON_BYTES + b"}", TooLarge),
    ],
)
def test_wrong_bodies_have_their_own_refusal(content_type: str, body: bytes, refusal: type[Refusal]) -> None:
    request = web.generic("POST", "/api/v1/accounts", body, content_type)
    with pytest.raises(refusal):
        read_object(request)


def test_an_object_is_read() -> None:
    request = web.generic("POST", "/", '{"name": "晨光"}'.encode(), "application/json; charset=utf-8")
    assert read_object(request) == {"name": "晨光"}


def test_an_empty_body_may_be_allowed() -> None:
    assert read_object(web.generic("POST", "/", b"", "text/plain"), optional=True) == {}
