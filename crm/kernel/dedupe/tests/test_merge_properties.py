"""Over random graphs of every sort of link: merged and split again, everything is as it was; what came between lands on one half."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from crm.kernel.access.models import Share
from crm.kernel.dedupe.actions import keep_apart
from crm.kernel.dedupe.merging.acts import merge
from crm.kernel.dedupe.merging.pointers import models_by_table
from crm.kernel.dedupe.merging.splitting import key_of, settle, split
from crm.kernel.dedupe.models import Merge, MergeQuestion
from crm.kernel.dedupe.queries import check
from crm.kernel.entity.registry import registry
from crm.kernel.notify import following
from crm.kernel.records import writing
from crm.kernel.records.models import RecordRow
from crm.kernel.records.sharing import share
from crm.kernel.search import at_hand
from crm.kernel.search.queries import find
from crm.kernel.testing.cast import Company, company
from crm.kernel.testing.work import deliver

#: What tells of acts, not of records.
BESIDE = {"audit_entry", "audit_seal", "audit_read", "outbox_event", "merge", "merge_step", "merge_question", "change_set", "task",
          "session", "workspace", "member", "notification"}  # fmt: skip
#: Who changed a row last, when, and how often it was written: that is true of the merge, too.
STAMPS = ["version", "updated_at", "updated_by_id", "last_seen_at"]
FEW = settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
               suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
_name = st.sampled_from(["Harbour Cranes", "Harbour Cranes Ltd", "上海盈牌贸易有限公司", "盈牌贸易", "Tall Trees"])
_account = st.fixed_dictionaries({"name": _name}, optional={
    "phone": st.sampled_from(["+862164882107", "+442079460958"]), "email": st.sampled_from(["a@harbour.com", "b@harbour.com"]),
    "tags": st.lists(st.sampled_from(["vip", "old", "港"]), max_size=2, unique=True), "employees": st.sampled_from([1, 50]),
    "address_city": st.sampled_from(["上海市", "London"]), "description": st.sampled_from(["short", "a longer text"]),
})  # fmt: skip
_link = st.tuples(st.sampled_from([
    "contact", "activity", "deal", "point", "relation", "parent", "named", "share", "pin", "follow", "visit", "different", "rival", "file",
]), st.integers(0, 3), st.integers(0, 3))  # fmt: skip


@pytest.fixture(scope="module")
def house() -> Iterator[Company]:
    made = company("Merging")
    made.make("relationship_type", {"name": "goes with", "reverse_name": "goes with", "first": "any", "second": "any"})
    yield made


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def state() -> dict[str, list[str]]:
    """Every row of every table of the workspace."""
    found = {}
    for table in [*models_by_table(), "duplicate_key"]:
        if table in BESIDE:
            continue
        with connection.cursor() as cursor:
            statement = sql.SQL("SELECT (to_jsonb(t) - %s::text[])::text FROM {t} t ORDER BY 1").format(t=sql.Identifier("public", table))
            cursor.execute(statement, [STAMPS])
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, Any]:
    return {table: {"gone": sorted(set(rows) - set(after[table])), "new": sorted(set(after[table]) - set(rows))}
            for table, rows in before.items() if rows != after[table]}  # fmt: skip


def answers(house: Company, accounts: list[Any]) -> list[Any]:
    """What search and the check for duplicates say."""
    with house.as_("admin"):
        told: list[Any] = [[(one.id, one.probability) for one in check(kind("account"), {}, record.pk)] for record in accounts]
        told += [sorted(str(hit.id) for hit in find(words, [kind("account")], 50)) for words in ("Harbour", "盈牌", "Trees")]
    return told


def link(house: Company, accounts: list[Any], sort: str, one: int, other: int) -> Any:
    """One thing more that points to an account."""
    first, second = accounts[one % len(accounts)], accounts[other % len(accounts)]
    with house.as_("admin"):
        if sort == "contact":
            return writing.create(kind("contact"), {"name": "Mary Lee", "account": first.pk, "email": f"m{one}@x.com"})
        if sort == "activity":
            return writing.create(kind("activity"), {"subject": "Call", "type": "call", "record": first.pk})
        if sort == "deal":
            return writing.create(kind("opportunity"), {"name": "Deal", "account": first.pk})
        if sort == "rival":
            deal = writing.create(kind("opportunity"), {"name": "Deal", "account": first.pk})
            return writing.create(kind("deal_competitor"), {"opportunity": deal.pk, "account": second.pk})
        if sort == "point":
            return writing.create(kind("contact_point"), {"record": first.pk, "type": "email", "value": "info@shared.com"})
        if sort == "relation" and first.pk != second.pk:
            type_ = kind("relationship_type").model._default_manager.get(name="goes with")
            return writing.create(kind("relationship"), {"first": first.pk, "type": type_.pk, "second": second.pk, "role": "main"})
        if sort == "parent" and one % len(accounts) < other % len(accounts):
            return writing.change(kind("account"), second.pk, {"parent": first.pk})
        if sort == "named":
            person = writing.create(kind("contact"), {"name": "Ann Bell", "account": first.pk})
            return writing.create(kind("activity"), {"subject": "Talk", "record": second.pk, "people": [person.pk]})
        if sort == "different" and first.pk != second.pk:
            keep_apart(first.pk, [second.pk])
    _personal(house, sort, first)
    return None


def _personal(house: Company, sort: str, record: Any) -> None:
    with house.as_("ada" if sort == "pin" else "admin") as actor:
        if sort == "pin":
            at_hand.pin(record.pk, on=True)
        elif sort == "follow":
            following.follow(record.pk, actor.id, on=True)
        elif sort == "visit":
            at_hand.visited(record.pk)
        elif sort == "share" and not Share.objects.filter(record_id=record.pk).exists():
            share(kind("account"), record.pk, user=house.people["vi"].pk)


def graph(house: Company, given: list[Any], links: list[Any]) -> list[Any]:
    accounts = [house.make("account", values, by="ada") for values in given]
    for one in links:
        link(house, accounts, *one)
    deliver(house.id)  # whoever makes a record follows it a moment later
    return accounts


@FEW
@given(
    st.lists(_account, min_size=3, max_size=4), st.lists(_link, max_size=12),
    st.permutations(range(4)), st.permutations(range(3)), st.booleans(),
)  # fmt: skip
def test_merged_and_split_in_any_order_is_the_identity(
    house: Company, values: list[Any], links: list[Any], order: list[int], back: list[int], at_once: bool
) -> None:
    accounts = graph(house, values, links)
    order = [n for n in order if n < len(accounts)]
    asked = answers(house, accounts)
    with house.as_("admin"):
        before = state()
    made: list[Merge] = []
    if at_once:  # all into the first one
        with house.as_("bo"):
            made = merge(kind("account"), accounts[order[0]].pk, [accounts[n].pk for n in order[1:]])
    else:  # a chain: the second into the first, that one into the third …
        here = order[0]
        for n in order[1:]:
            with house.as_("bo"):
                made += merge(kind("account"), accounts[n].pk, [accounts[here].pk])
            here = n
    for n in back:
        if n < len(made):
            with house.as_("bo"):
                done = split(made[n].pk)
            assert (done.left, done.open, done.told) == (0, [], 0)
    with house.as_("admin"):
        assert differences(before, state()) == {}
    assert answers(house, accounts) == asked


@FEW
@given(
    st.lists(_account, min_size=2, max_size=2), st.lists(_link, max_size=8),
    st.lists(st.one_of(_link, st.tuples(st.just("edit"), st.sampled_from(["phone", "description", "employees"]), st.integers(2, 99))),
             min_size=1, max_size=6),
    st.booleans(),
)  # fmt: skip
def test_what_comes_between_lands_on_one_half_and_none_is_lost(
    house: Company, values: list[Any], links: list[Any], edits: list[Any], settled: bool
) -> None:
    one, other = graph(house, values, links)
    with house.as_("bo"):
        [made] = merge(kind("account"), one.pk, [other.pk])
    fresh: list[Any] = []
    written: dict[str, Any] = {}
    for edit in edits:
        if edit[0] == "edit":
            value = {"phone": f"+4420794609{edit[2]:02d}", "description": f"later {edit[2]}", "employees": edit[2]}[edit[1]]
            with house.as_("admin"):
                writing.change(kind("account"), one.pk, {edit[1]: value})
            written[edit[1]] = value
        elif (row := link(house, [one], *edit)) is not None and row.pk != one.pk:
            fresh.append(row)
    with house.as_("admin"):
        came, many = Merge.objects.get(pk=made.pk).columns, RecordRow.objects.count()
    with house.as_("bo"):
        done = split(made.pk)
        asked = {key_of(question) for question in MergeQuestion.objects.filter(merge_id=made.pk)}
    for name, value in written.items():
        assert (f"value:{name}" in asked) == (name in came and value not in came[name]), (name, came)
    for row in fresh:
        _on_one_half(house, row, one.pk, other.pk, asked)
    if settled and asked:
        with house.as_("bo"):
            assert settle(made.pk, dict.fromkeys(asked, "loser")) == []
        for name, value in written.items():
            if f"value:{name}" in asked:
                assert [getattr(_now(house, pk), name) for pk in (one.pk, other.pk)] == [came[name][0], value]
    else:
        assert {getattr(_now(house, one.pk), name) == value for name, value in written.items()} <= {True}
    with house.as_("admin"):
        assert RecordRow.objects.count() == many and done.left == 0


def _now(house: Company, pk: UUID) -> Any:
    with house.as_("admin"):
        return kind("account").model._default_manager.get(pk=pk)


def _on_one_half(house: Company, row: Any, one: UUID, other: UUID, asked: set[str]) -> None:
    """A new row points to exactly one of the two; to the survivor without being asked about only where something tells it."""
    with house.as_("admin"):
        entity = registry.of(type(row))
        assert entity is not None
        now = entity.model._default_manager.filter(pk=row.pk).values().get()
    links = ("account_id", "record_id", "first_id", "second_id")
    pointed = {value for name, value in now.items() if name in links and value in (one, other)}
    assert len(pointed) <= 1, json.dumps(now, default=str)
    if pointed == {one} and now["deleted_at"] is None and entity.kind in ("activity", "opportunity", "contact", "contact_point"):
        keys = {key for key in asked if key.endswith(str(row.pk))}
        evident = entity.kind in ("contact_point", "contact", "opportunity", "activity") and not keys
        assert keys or evident
