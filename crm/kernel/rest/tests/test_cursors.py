"""Cursors survive careless clients and refuse everything that is not ours."""

from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.kernel.rest.cursors import decode, encode
from crm.kernel.rest.problems import BadRequest


@given(st.text())
def test_a_cursor_comes_back_as_it_was(inner: str) -> None:
    try:
        inner.encode("utf-8")
    except UnicodeEncodeError:
        return
    outer = encode(inner, "account:name")
    assert outer is not None
    assert decode(outer, "account:name") == inner


def test_a_time_with_an_offset_survives_an_unescaped_address() -> None:
    inner = "2026-11-22T01:00:00+00:00|019aa"
    outer = encode(inner, "account:name")
    assert outer is not None
    assert decode(unquote_plus(outer), "account:name") == inner


def test_no_cursor_is_no_cursor() -> None:
    assert encode(None, "x") is None
    assert decode(None, "x") is None


@given(st.text(min_size=1, max_size=60))
def test_anything_else_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        decode(text, "x")


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(BadRequest):
        decode(encode("[1]", "account:name"), "account:amount")
