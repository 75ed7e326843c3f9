"""Finding what is the same through the public functions, as different people."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from crm.kernel.dedupe.actions import add_to, keep_apart
from crm.kernel.dedupe.indexing import catch_up
from crm.kernel.dedupe.queries import Candidate, check, exact
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.records import writing
from crm.kernel.records.models import RecordRow
from crm.kernel.testing.cast import Company


def found(company: Company, who: str, kind: str, of: UUID | None = None, **given: Any) -> list[Candidate]:
    entity = registry.kind(kind)
    assert entity is not None
    with company.as_(who):
        return check(entity, given, of)


@pytest.fixture
def stocked(north: Company) -> Company:
    north.make(
        "account",
        {"name": "上海盈牌贸易有限公司", "phone": "+86 21 6488 2107", "tax_id": "91310000132212766M", "website": "yingpai.cn"},
        by="ada",
    )
    north.make("account", {"name": "Müller Söhne GmbH & Co. KG", "email": "office@mueller-soehne.de"}, by="ada")
    north.make("account", {"name": "湖南华联瓷业股份有限公司"}, by="ada")
    north.make("contact", {"name": "欧阳小明", "mobile": "+86 138 0000 1234"}, by="ada")
    north.make("contact", {"name": "William Peterson", "email": "w.peterson@harbour.com"}, by="ada")
    return north


@pytest.mark.parametrize(
    ("kind", "given", "title", "reason"),
    [
        ("account", {"name": "上海盈牌贸易股份有限公司"}, "上海盈牌贸易有限公司", "Same company: only the legal form differs"),
        ("account", {"name": "上海盈牌貿易有限公司"}, "上海盈牌贸易有限公司", "The same name in other characters"),
        ("account", {"name": "盈牌贸易"}, "上海盈牌贸易有限公司", "Same company: only the place in the name differs"),
        ("account", {"name": "上海盈脾贸易有限公司"}, "上海盈牌贸易有限公司", "The name differs in one character"),
        ("account", {"name": "Yingpai", "phone": "021-64882108"}, "上海盈牌贸易有限公司", "Phone differs in one digit"),
        ("account", {"name": "X", "tax_id": "91310000132212766M"}, "上海盈牌贸易有限公司", "The same tax number"),
        (
            "account", {"name": "Ying Pai Trading", "email": "a@yingpai.cn", "phone": "+862164882107"}, "上海盈牌贸易有限公司",
            "The same e-mail or web domain",
        ),
        ("account", {"name": "MULLER SOHNE GMBH"}, "Müller Söhne GmbH & Co. KG", "Same company: only the legal form differs"),
        ("account", {"name": "Sohne Muller"}, "Müller Söhne GmbH & Co. KG", "The same words in another order"),
        ("account", {"name": "华瓷股份"}, "湖南华联瓷业股份有限公司", "One name is a short form of the other"),
        ("account", {"name": "hua瓷", "other_name": "华联瓷业"}, "湖南华联瓷业股份有限公司", "Same company: only the place in the"),
        ("contact", {"name": "Xiaoming Ouyang"}, "欧阳小明", "The same name in Chinese and in Latin letters"),
        ("contact", {"name": "Nobody Else", "mobile": "13800001234", "email": "x@y.com"}, None, ""),
        ("contact", {"name": "欧阳晓明", "mobile": "13800001234"}, "欧阳小明", "The same phone number"),
        ("contact", {"name": "Peterson William"}, "William Peterson", "The same name in another order"),
        ("contact", {"name": "Bill Peterson", "email": "wpeterson@harbour.com"}, "William Peterson", "A short form of the same given name"),
        ("contact", {"name": "Wiliam Peterson"}, "William Peterson", "The name is spelt a little differently"),
    ],
)  # fmt: skip
def test_each_way_of_writing_it_again(stocked: Company, kind: str, given: dict[str, str], title: str | None, reason: str) -> None:
    hits = found(stocked, "ada", kind, **given)
    assert [hit.title for hit in hits] == ([title] if title else [])
    if title:
        assert any(said.startswith(reason) for said in hits[0].reasons), hits[0].reasons


@pytest.mark.parametrize(
    "name", ["上海银牌广告有限公司", "北京长安汽车", "Miller Sons Inc", "湖南华菱钢铁股份有限公司", "贸易有限公司", "GmbH"]
)
def test_others_are_left_in_peace(stocked: Company, name: str) -> None:
    assert found(stocked, "ada", "account", name=name) == []


def test_it_follows_every_write(stocked: Company) -> None:
    entity = registry.kind("account")
    assert entity is not None
    pk = found(stocked, "ada", "account", name="盈牌贸易")[0].id
    assert pk is not None
    assert found(stocked, "ada", "account", of=pk, name="上海盈牌贸易有限公司") == [], "never its own duplicate"
    with stocked.as_("ada"):
        writing.change(entity, pk, {"name": "Haven Foods Ltd", "phone": "", "website": "", "tax_id": ""})
    assert found(stocked, "ada", "account", name="盈牌贸易") == []
    assert [hit.id for hit in found(stocked, "ada", "account", name="Haven Foods")] == [pk]
    with stocked.as_("admin"):
        writing.remove(entity, pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM duplicate_key WHERE record = %s", [pk])
            assert cursor.fetchone() == (0,), "what lies in the bin has no keys"
    assert found(stocked, "ada", "account", name="Haven Foods") == []
    with stocked.as_("admin"):
        writing.restore(entity, pk)
    assert [hit.id for hit in found(stocked, "ada", "account", name="Haven Foods")] == [pk]


def test_rows_without_keys_catch_up(stocked: Company) -> None:
    with stocked.as_kith():
        RecordRow.objects.update(duplicate_keys=None)
    assert found(stocked, "ada", "account", name="盈牌贸易") == []
    with stocked.as_kith():
        many = RecordRow.objects.count()
        assert catch_up(list(RecordRow.objects.filter(duplicate_keys=None))) == many
    assert found(stocked, "ada", "account", name="盈牌贸易")


def test_another_workspace_never_appears(stocked: Company, south: Company) -> None:
    south.make("account", {"name": "上海盈牌贸易有限公司"}, by="admin")
    assert len(found(stocked, "admin", "account", name="上海盈牌贸易有限公司")) == 1
    with south.as_("admin"), connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT record) FROM duplicate_key")
        assert cursor.fetchone() == (RecordRow.objects.exclude(duplicate_keys=[]).count(),)


def test_what_may_not_be_seen_is_masked(stocked: Company) -> None:
    (hit,) = found(stocked, "cleo", "account", name="上海盈牌贸易有限公司", phone="021-64882107")
    assert hit.masked and hit.id is None and hit.reasons == ()
    assert hit.title == f"A record of {stocked.people['ada'].name} looks the same. Ask {stocked.people['ada'].name}."
    assert found(stocked, "cleo", "account", name="盈牌") == [], "of what is only alike nothing is said"


def test_hidden_fields_neither_find_nor_explain(stocked: Company) -> None:
    given = {"name": "Nothing alike", "tax_id": "91310000132212766M", "phone": "021-64882107"}
    assert found(stocked, "bo", "account", **given)[0].reasons == ("The same tax number", "The same phone number")
    everything = {"view": "all", "edit": "all", "create": True}
    with stocked.as_("admin"):
        kinds = {"*": everything, "account": {**everything, "fields": {"tax_id": "hidden", "phone": "hidden"}}}
        role = save_role(None, "Blinkered", "", {"kinds": kinds, "does": []})
        change_roles(stocked.people["bo"].pk, [role.pk])
    assert found(stocked, "bo", "account", **given) == []
    (hit,) = found(stocked, "bo", "account", **{**given, "name": "盈牌贸易"})
    assert hit.reasons == ("Same company: only the place in the name differs",)


def test_different_is_remembered(stocked: Company) -> None:
    other = stocked.make("account", {"name": "盈牌贸易有限公司"}, by="ada")
    first = found(stocked, "ada", "account", of=other.pk, name="盈牌贸易有限公司")[0].id
    assert first is not None
    with stocked.as_("ada"):
        assert keep_apart(other.pk, [first, other.pk]) == 1
        assert keep_apart(first, [other.pk]) == 0, "once for both"
    assert found(stocked, "ada", "account", of=other.pk, name="盈牌贸易有限公司") == []
    assert found(stocked, "ada", "account", of=first, name="上海盈牌贸易有限公司") == []


def test_what_was_typed_fills_only_what_is_empty(stocked: Company) -> None:
    entity = registry.kind("account")
    assert entity is not None
    pk = found(stocked, "ada", "account", name="盈牌贸易")[0].id
    assert pk is not None
    with stocked.as_("ada"):
        record = add_to(
            entity, pk, {"name": "盈牌", "phone": "13911112222", "email": "x@yingpai.cn", "address_city": "上海", "annual_revenue": "5000"}
        )
    assert (record.name, record.phone, record.email, record.address_city) == (
        "上海盈牌贸易有限公司",
        "+862164882107",
        "x@yingpai.cn",
        "上海",
    )
    assert record.annual_revenue == 500_000


def test_many_rows_by_exact_keys(stocked: Company) -> None:
    entity = registry.kind("account")
    assert entity is not None
    with stocked.as_("ada"):
        said = exact(
            entity,
            [
                {"name": "上海盈牌貿易公司"},
                {"name": "Else"},
                {"name": "Other", "phone": "+862164882107", "tax_id": "91310000132212766M"},
                {"name": ""},
            ],
        )
    assert [one.title if one else None for one in said] == ["上海盈牌贸易有限公司", None, "上海盈牌贸易有限公司", None]


@pytest.mark.parametrize("hostile", ["'", "\\", "x" * 5000, "😀", "()[]", "有限公司", "\u202e", " ", "Ａ", "0", "&", "st", "*ST"])
def test_hostile_values(stocked: Company, hostile: str) -> None:
    for kind in ("account", "contact"):
        found(stocked, "ada", kind, name=hostile, phone=hostile, email=hostile, website=hostile, address_street=hostile)
