"""Finding records through the public functions, as different people."""

import pytest
from django.db import connection

from crm.kernel.access.models import Share
from crm.kernel.entity.registry import registry
from crm.kernel.records import writing
from crm.kernel.records.models import RecordRow
from crm.kernel.search import queries
from crm.kernel.search.box import search
from crm.kernel.search.indexing import catch_up
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company

NAMES = (
    "上海盈牌贸易有限公司", "東莞電子股份有限公司", "重庆长安汽车", "North Star Trading Ltd", "Müller Söhne GmbH", "GTX Pro Systems",
)  # fmt: skip


def titles(company: Company, who: str, text: str) -> list[str]:
    with company.as_(who):
        return [hit.title for hit in search(text)]


@pytest.fixture
def stocked(north: Company) -> Company:
    for name in NAMES:
        north.make("account", {"name": name}, by="ada")
    account = north.make("account", {"name": "Harbour Foods", "external_id": "C-2041", "website": "harbour-foods.com"}, by="ada")
    contact = north.make(
        "contact", {"name": "单伟", "account": account.pk, "mobile": "+86 138 0000 1234", "email": "shan.wei@harbour-foods.com"}, by="ada"
    )
    north.make("contact_point", {"record": contact.pk, "type": "phone", "value": "+44 20 7946 0018"}, by="ada")
    north.make("activity", {"subject": "Call about the fair", "record": account.pk, "body": "They liked the 样品 a lot"}, by="ada")
    return north


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("shyp", NAMES[0]), ("yingpai", NAMES[0]), ("上海盈", NAMES[0]), ("盈", NAMES[0]), ("shanghai y", NAMES[0]),
        ("东莞电子", NAMES[1]), ("dongguan", NAMES[1]), ("chongqing", NAMES[2]), ("ca", "Call about the fair"),
        ("nor", NAMES[3]), ("star north", NAMES[3]), ("muller", NAMES[4]), ("soh", NAMES[4]), ("pro", NAMES[5]), ("harb", "Harbour Foods"),
        ("1234", "单伟"), ("138 0000 12", "单伟"), ("+86 138-0000-1234", "单伟"), ("shan.wei@", "单伟"), ("shanwei", "单伟"),
        ("0018", "单伟"),
        ("C-2041", "Harbour Foods"), ("2041", "Harbour Foods"), ("harbour-foods.com", "Harbour Foods"), ("样品", "Call about the fair"),
    ],
)  # fmt: skip
def test_each_way_of_typing_finds_it(stocked: Company, typed: str, found: str) -> None:
    assert found in titles(stocked, "ada", typed)


def test_best_first(stocked: Company) -> None:
    stocked.make("account", {"name": "Trading North"}, by="ada")
    stocked.make("account", {"name": "North"}, by="ada")
    assert titles(stocked, "ada", "north")[:3] == ["North", "North Star Trading Ltd", "Trading North"]


def test_nothing_is_found_that_may_not_be_seen(stocked: Company, south: Company) -> None:
    south.make("account", {"name": "上海盈牌之友"}, by="admin")
    assert titles(stocked, "admin", "盈牌") == [NAMES[0]]
    assert titles(stocked, "cleo", "盈牌") == [], "Cleo is in another team"
    assert titles(stocked, "cleo", "1234") == []
    assert titles(stocked, "cleo", "0018") == [], "a contact point is as visible as its contact"


def test_one_shared_among_many_is_found(north: Company) -> None:
    made = [north.make("account", {"name": f"Common Name {number:03}"}, by="ada") for number in range(120)]
    with north.as_("admin"):
        Share.objects.create(record_id=made[77].pk, user_id=north.people["cleo"].pk)
        bump_permissions()
    assert titles(north, "cleo", "common name") == ["Common Name 077"]


def test_what_a_share_leads_to_is_found_behind_many_that_are_hidden(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """An activity is seen by whoever sees its record: no word of the index says so, and most that have the word are hidden."""
    monkeypatch.setattr(queries, "BY_WORDS", 10)
    theirs = [north.make("account", {"name": f"Firm {number:03}"}, by="ada") for number in range(3)]
    for number in range(40):
        north.make("activity", {"subject": "Quarterly review", "type": "task", "record": theirs[number % 2].pk}, by="ada")
    north.make("activity", {"subject": "Quarterly review of the third", "type": "task", "record": theirs[2].pk}, by="ada")
    assert titles(north, "cleo", "review") == []
    with north.as_("admin"):
        Share.objects.create(record_id=theirs[2].pk, user_id=north.people["cleo"].pk)
        bump_permissions()
    assert titles(north, "cleo", "review") == ["Quarterly review of the third"]


def test_it_follows_changes(stocked: Company) -> None:
    with stocked.as_("ada"):
        hit = search("harbour foods")[0]
        entity = registry.kind(hit.kind)
        assert entity is not None
        writing.change(entity, hit.id, {"name": "Haven Foods", "owner": stocked.people["cleo"].pk, "team": stocked.people["cleo"].team_id})
        assert hit.id not in [one.id for one in search("harbour")]
    assert "Haven Foods" in titles(stocked, "cleo", "haven")
    with stocked.as_("admin"):
        writing.remove(entity, hit.id)
        assert search("haven") == []
        writing.restore(entity, hit.id)
        assert [one.title for one in search("haven")] == ["Haven Foods"]


def test_filters_in_the_box(stocked: Company) -> None:
    stocked.make("account", {"name": "Bo’s Harbour", "type": "partner", "owner": stocked.people["bo"].pk}, by="admin")
    assert titles(stocked, "bo", "owner:me") == ["Bo’s Harbour"]
    assert titles(stocked, "bo", "owner:me harbour") == ["Bo’s Harbour"]
    assert titles(stocked, "bo", "type:partner harb") == ["Bo’s Harbour"]
    assert titles(stocked, "bo", "type:nonsense harb") == []
    assert "Harbour Foods" in titles(stocked, "bo", "http:harbour"), "no field of this name: words"


@pytest.mark.parametrize(
    "hostile", ["'", "' | 'a':*", "\\", "a' & b", ":*", "!!", "((", "\u202e", "<b>", "😀", "\ud800", "a\x00b", "x" * 5000]
)
def test_hostile_questions(stocked: Company, hostile: str) -> None:
    titles(stocked, "ada", hostile)


def test_rows_without_words_catch_up(stocked: Company) -> None:
    with stocked.as_kith():
        RecordRow.objects.update(search=None)
        assert titles(stocked, "ada", "soh") == []
        many = RecordRow.objects.count()
        assert catch_up(list(RecordRow.objects.filter(search=None))) == many
    assert titles(stocked, "ada", "soh") == [NAMES[4]]


def test_the_function_takes_no_other_workspace(stocked: Company, south: Company) -> None:
    with south.as_("admin"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kith_search('''盈牌''', ARRAY['account'], 10)")
        assert cursor.fetchone() == (0,)
