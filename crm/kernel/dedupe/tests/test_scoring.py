"""Promises of keys and scores that hold for any values."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.kernel.dedupe.keys import exact_keys, keys
from crm.kernel.dedupe.reasons import SENTENCES, sentences
from crm.kernel.dedupe.rules import ASK, SURE, address, company, email, link, person, phone, tax, web
from crm.kernel.dedupe.scoring import score
from crm.kernel.dedupe.sides import side
from crm.kernel.dedupe.weights import WEIGHT

ACCOUNT = (company("name", "other_name"), phone("phone"), email("email"), web("website"), tax("tax_id"), address("address"))
CONTACT = (person("name"), phone("mobile"), email("email"), link("account"), address("address"))

names = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="上海盈牌贸易有限公司集团股份科技北京电子（）()华为", max_size=16),
    st.sampled_from(["Apple Inc", "IBM", "J. P. Morgan & Co.", "张伟", "欧阳小明", "Zhang Wei", "Bill Gates", "*ST大洋B"]),
)
values = st.fixed_dictionaries(
    {"name": names},
    optional={
        "other_name": names,
        "phone": st.from_regex(r"\+86\d{10}", fullmatch=True),
        "mobile": st.from_regex(r"\+44\d{10}(;ext=\d)?", fullmatch=True),
        "email": st.from_regex(r"[a-z.]{1,8}(\+[a-z]{2})?@(qq|acme)\.com", fullmatch=True),
        "website": st.from_regex(r"https://(www\.)?(acme|qq)\.com/", fullmatch=True),
        "tax_id": st.text(max_size=18),
        "address": st.tuples(*[st.text(alphabet="上海市浦东新区路123 high st", max_size=12)] * 5),
    },
)


@pytest.mark.parametrize("rules", [ACCOUNT, CONTACT])
@settings(max_examples=300, deadline=None)
@given(one=values, other=values)
def test_both_ways_the_same(rules: Any, one: dict[str, Any], other: dict[str, Any]) -> None:
    mine, yours = side(rules, one), side(rules, other)
    there, back = score(rules, mine, yours), score(rules, yours, mine)
    assert there.probability == pytest.approx(back.probability)
    assert {said.grade for said in there.evidence} == {said.grade for said in back.evidence}
    assert all(said.grade in WEIGHT for said in there.evidence)


@pytest.mark.parametrize("rules", [ACCOUNT, CONTACT])
@settings(max_examples=200, deadline=None)
@given(one=values)
def test_a_record_meets_itself(rules: Any, one: dict[str, Any]) -> None:
    mine = side(rules, one)
    found = keys("k", mine)
    assert found == sorted(set(found)) and all(-(2**31) <= key < 2**31 for key in found)
    assert set(exact_keys("k", mine)) <= set(found)
    assert not set(found) & set(keys("other kind", mine)) or len(found) > 30
    assert all(WEIGHT[said.grade] > 0 for said in score(rules, mine, mine).evidence)


@settings(max_examples=200, deadline=None)
@given(one=values, other=values, name=st.sampled_from(["phone", "email", "tax_id", "website", "address", "other_name"]))
def test_hidden_fields_leave_no_trace(one: dict[str, Any], other: dict[str, Any], name: str) -> None:
    hidden = frozenset({name})
    bare = score(ACCOUNT, side(ACCOUNT, {**one, name: None}), side(ACCOUNT, {**other, name: None}))
    assert score(ACCOUNT, side(ACCOUNT, one, hidden), side(ACCOUNT, other, hidden)) == bare


def test_every_grade_that_speaks_for_the_same_has_a_sentence() -> None:
    places = {"address.street_same", "address.street_slip", "address.street_part", "address.number_same", "address.district_same"}
    places |= {"address.town_both", "address.town_slip", "address.town_one"}
    assert {grade for grade, bits in WEIGHT.items() if bits > 0} - set(SENTENCES) - places == set()


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ({"name": "张伟"}, {"name": "张伟"}, 0.2, SURE),
        ({"name": "王小明", "account": "a", "address": ("", "上海", "", "", "人民路 1")},
         {"name": "李大光", "account": "a", "address": ("", "上海", "", "", "人民路 1")}, 0, ASK),
        ({"name": "John Smith", "email": "info@acme.com"}, {"name": "Mary Jones", "email": "mary@acme.com"}, 0, ASK),
        ({"name": "John Smith", "email": "john@acme.com"}, {"name": "J Smith", "email": "john@acme.com"}, SURE, 1),
        ({"name": "Smith, John", "mobile": "+447700900123"}, {"name": "John Smith", "mobile": "+447700900123"}, SURE, 1),
    ],
)  # fmt: skip
def test_people_who_share_a_house_stay_two(one: dict[str, Any], other: dict[str, Any], least: float, most: float) -> None:
    found = score(CONTACT, side(CONTACT, one), side(CONTACT, other))
    assert least <= found.probability <= most, (found.probability, [str(said) for said in sentences(found.evidence)])
