"""The filter language: text, tree and database mean the same."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.kernel.access.policy import asker
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.filter import All, Any_, Not, Where, compile_filter, from_json, holds, parse_text, to_json, to_text
from crm.kernel.entity.filter.periods import span
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.records.listing import page, rows_of
from crm.kernel.records.writing import create_many

NAMES = ["Alpha", "beta", "Gamma", "上海盈晟", None]
ACCOUNTS = [
    {"name": f"Company {n}", "other_name": NAMES[n % 5], "employees": [None, 1, 5, 5, 900][n % 5], "type": ["company", "partner"][n % 2]}
    for n in range(20)
]

values = st.sampled_from(["Alpha", "beta", "gamma", "盈", "上海盈晟"])
numbers = st.sampled_from([0, 1, 5, 900])
leaves = st.one_of(
    st.builds(Where, st.just("other_name"), st.sampled_from(["is", "is_not", "contains", "not_contains", "starts", "not_starts"]), values),
    st.builds(Where, st.just("employees"), st.sampled_from(["is", "is_not", "lt", "lte", "gt", "gte"]), numbers),
    st.builds(Where, st.sampled_from(["employees", "other_name"]), st.sampled_from(["empty", "filled"])),
    st.builds(Where, st.just("type"), st.sampled_from(["in", "not_in"]), st.just(["partner"])),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: All(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda parts: Any_(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def office():
    from crm.kernel.testing.cast import company

    made = company("Filters")
    with made.as_("admin"):
        assert all(not isinstance(one, Exception) for one in create_many(registry.kind("account"), ACCOUNTS))
    return made


def known(leaf: Where, row: dict) -> bool | None:
    """What a comparison means, in plain Python; None is "not known"."""
    value = row[leaf.field]
    if leaf.op in ("empty", "filled"):
        return (value is None) == (leaf.op == "empty")
    if value is None:
        return None
    word = value.casefold() if isinstance(value, str) else value
    other = leaf.value.casefold() if isinstance(leaf.value, str) else leaf.value
    positive = {
        "is": lambda: word == other, "in": lambda: value in leaf.value, "contains": lambda: other in word,
        "starts": lambda: word.startswith(other), "lt": lambda: word < other, "lte": lambda: word <= other,
        "gt": lambda: word > other, "gte": lambda: word >= other,
    }
    op = {"is_not": "is"}.get(leaf.op, leaf.op.removeprefix("not_"))
    return positive[op]() != (leaf.op == "is_not" or leaf.op.startswith("not_"))


def meant(node, row: dict) -> bool | None:
    """Three-valued logic over the tree."""
    match node:
        case All(parts):
            found = [meant(part, row) for part in parts]
            return False if False in found else None if None in found else True
        case Any_(parts):
            found = [meant(part, row) for part in parts]
            return True if True in found else None if None in found else False
        case Not(part):
            inner = meant(part, row)
            return None if inner is None else not inner
        case Where():
            return known(node, row)


@settings(max_examples=150, deadline=None)
@given(tree=trees)
def test_the_database_and_plain_logic_agree(office, tree):
    with office.as_("admin"):
        found = set(rows_of(registry.kind("account"), tree).values_list("name", flat=True))
    assert found == {row["name"] for row in ACCOUNTS if meant(tree, row)}


@settings(max_examples=150, deadline=None)
@given(tree=trees)
def test_one_record_that_is_not_stored_and_plain_logic_agree(office, tree):
    with office.as_("admin") as actor:
        entity = registry.kind("account")
        found = {row["name"] for row in ACCOUNTS if holds(tree, entity, row.get, asker(actor))}
    assert found == {row["name"] for row in ACCOUNTS if meant(tree, row)}


@settings(max_examples=150, deadline=None)
@given(tree=trees)
def test_text_and_json_give_the_same_rows_back(office, tree):
    assert from_json(to_json(tree)) == tree
    with office.as_("admin") as actor:
        entity = registry.kind("account")
        again = parse_text(to_text(tree))
        one, two = (entity.model.objects.filter(compile_filter(n, entity, asker(actor))) for n in (tree, again))
        assert set(one.values_list("pk", flat=True)) == set(two.values_list("pk", flat=True))


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        node = parse_text(text)
    except Wrong as refused:
        assert refused.fields["filter"]
    else:
        assert parse_text(to_text(node))


@pytest.mark.parametrize("raw", [None, [], 3, {}, {"all": 3}, {"field": 1, "op": "is"}, {"not": []}])
def test_a_tree_that_is_none_is_refused(raw):
    with pytest.raises(Wrong):
        from_json(raw)


@pytest.mark.parametrize("text", ["nothing = 1", "name < 3", "employees = many", "employees between 1 and x", "created_at within someday"])
def test_a_filter_that_does_not_fit_names_what_does(office, text):
    with pytest.raises(Wrong) as refused, office.as_("admin"):
        list(rows_of(registry.kind("account"), parse_text(text)))
    assert refused.value.fields["filter"]


def test_relative_days_begin_and_end_in_the_readers_zone():
    shanghai = Reading(time_zone="Asia/Shanghai")
    first, after = span("this_month", shanghai)
    assert first.day == 1 and after.day == 1 and (after - first).days in (28, 29, 30, 31)
    assert span("last_7_days", shanghai)[1] - span("last_7_days", shanghai)[0] == datetime.timedelta(days=7)
    assert span("someday", shanghai) is None


def test_pages_by_key_show_every_row_once_forward_and_back(office):
    with office.as_("admin"):
        for sort in ("name", "-name", "employees", "-employees", "other_name", "-created_at"):
            seen, cursor, last = [], None, None
            while True:
                part = page(registry.kind("account"), sort=sort, cursor=cursor, limit=7, fields=["name"])
                seen += [row.id for row in part.items]
                last, cursor = part, part.next
                if cursor is None:
                    break
            assert len(seen) == len(set(seen)) == 20, sort
            back = page(registry.kind("account"), sort=sort, cursor=last.prev, limit=7, fields=["name"])
            assert [row.id for row in back.items] == seen[7:14], sort
