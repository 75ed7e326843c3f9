"""What holds for every text: a form reads it or refuses it with a sentence, and reads back what it shows."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.kernel.entity.forms.choices import parse_choice, parse_tags, show_tags
from crm.kernel.entity.forms.dates import guess_date_order
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.handle import KINDS, parse_handle, show_handle
from crm.kernel.entity.forms.kinds import FORMS
from crm.kernel.entity.forms.postcode import parse_postcode
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.tax import parse_tax_id

READINGS = (
    Reading(),
    Reading(language="zh-hans"),
    Reading("zh-hant", "TW", "TWD", "Asia/Taipei"),
    Reading("en", "US", "USD", "America/New_York"),
    Reading("en", "DE", "EUR", "Europe/Berlin", "dmy", ","),
    Reading("en", "GB", "GBP", "Europe/London", lenient=True),
)
# Fragments that real input is made of, so that the search comes near to what the forms accept.
_PIECES = st.sampled_from(
    (
        "2026 11 22 - / . : , ; 年 月 日 Nov Mon T Z +08:00 PM 下午 1,286,000 12.5 ¥ $ US$ CNY 万 亿 k ( ) % 021 "
        "6488 2107 +86 +44 ext. 转 138 0013 8000 @ www. https:// javascript: xn-- example .com 公司 ? # & 欧阳 陈 "
        "静 先生 Mr. VAN O'BRIEN Jr. · 上海市 静安区 浙江省 路 号 市 区 县 London UK OR 97403 91110000600037341L "
        "DE GB yes 是 0 9 １ ２ − ' \" \u202e \u200b \u3000 \n \x00 \ud800 \U0001f600 \u0301 İ ß ﬁ"
    ).split(" ")
)
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(), max_size=20),
    st.lists(_PIECES, max_size=8).map("".join),
    st.lists(_PIECES, max_size=8).map(" ".join),
    st.text(alphabet="0123456789+-/.,: ", max_size=24),
)
_ANYTHING = st.one_of(
    _TEXTS,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.datetimes(),
    st.dates(),
    st.binary(max_size=5),
    st.lists(_TEXTS, max_size=2),
    st.dictionaries(st.sampled_from(["country", "city", "postcode", "x"]), _TEXTS, max_size=2),
)
# The same cases each time; KITH_EXAMPLES=3000 searches further, by chance.
_QUIET = settings(
    deadline=None,
    derandomize="KITH_EXAMPLES" not in os.environ,
    max_examples=int(os.environ.get("KITH_EXAMPLES", "150")),
    suppress_health_check=[HealthCheck.too_slow],
)
# A postal address in one text loses where its street ends; it must settle after one more turn instead.
_LOSSY = frozenset({"address"})


@pytest.mark.parametrize("name", FORMS)
@_QUIET
@given(raw=_ANYTHING, reading=st.sampled_from(READINGS))
def test_a_form_reads_or_refuses_with_a_sentence(name: str, raw: object, reading: Reading) -> None:
    try:
        value = FORMS[name].parse(raw, reading)
    except FieldError as error:
        assert str(error.message)
        return
    shown = str(FORMS[name].show(value, reading))
    assert "\x00" not in shown
    shown.encode()


@pytest.mark.parametrize("name", sorted(set(FORMS) - _LOSSY))
@_QUIET
@example(raw="1994-04-01 00:30", reading=READINGS[1])
@given(raw=_TEXTS, reading=st.sampled_from(READINGS))
def test_a_form_reads_back_what_it_shows(name: str, raw: str, reading: Reading) -> None:
    form = FORMS[name]
    try:
        value = form.parse(raw, reading)
    except FieldError:
        return
    again = form.parse(_shown(name, value, reading), reading)
    if name == "person" and value is not None and "," in raw:
        # "Garcia Lopez, Ana" tells where the surname begins; "Ana Garcia Lopez" no longer does.
        assert (again.full, again.prefix) == (value.full, value.prefix)
    else:
        assert again == value


def _shown(name: str, value: Any, reading: Reading) -> str:
    if name == "person":
        return str(FORMS[name].show(value, reading, titled=True))
    return str(FORMS[name].show(value, reading))


@_QUIET
@given(raw=_TEXTS, reading=st.sampled_from(READINGS), kind=st.sampled_from(sorted(KINDS)))
def test_handles(raw: str, reading: Reading, kind: str) -> None:
    try:
        value = parse_handle(raw, reading, kind)
    except FieldError:
        return
    assert parse_handle(show_handle(value, reading, kind), reading, kind) == value


@_QUIET
@given(raw=_TEXTS, country=st.sampled_from("CN US GB DE FR NL TW JP CH BR IN HK KE XX".split()))
def test_numbers_of_countries(raw: str, country: str) -> None:
    for parse in (
        lambda text: parse_tax_id(text, READINGS[0], country),
        lambda text: parse_postcode(text, country, READINGS[0]),
    ):
        try:
            value = parse(raw)
        except FieldError:
            continue
        assert parse(value) == value


@_QUIET
@given(raw=_TEXTS)
def test_tags_choices_and_orders(raw: str) -> None:
    guess_date_order([raw])
    try:
        tags = parse_tags(raw, READINGS[0])
        assert parse_tags(show_tags(tags, READINGS[0]), READINGS[0]) == tags
        parse_choice(raw, READINGS[0], [("a", "Label"), ("b", "标签")])
    except FieldError as error:
        assert str(error.message)
