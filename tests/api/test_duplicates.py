"""Looking for duplicates by API, before and while a record is written."""

from typing import Any

import pytest

from crm.kernel.access.models import Share
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company
from tests.api.test_every_kind import send

CHECK = "/api/v1/accounts/duplicates"
NAME = "上海盈牌贸易有限公司"


@pytest.fixture
def account(north: Company) -> Any:
    return north.make("account", {"name": NAME, "phone": "+86 21 6488 2107"}, by="ada")


def test_candidates_with_probability_and_reasons(north: Company, account: Any) -> None:
    answer = send(north.api("ada"), "POST", CHECK, {"name": "盈牌贸易股份公司", "phone": "021-6488 2108", "address_city": "上海"})
    assert answer.status_code == 200
    (hit,) = answer.json()["items"]
    assert (hit["id"], hit["title"], hit["masked"]) == (str(account.pk), NAME, False)
    assert 0.9 < hit["probability"] <= 1
    assert hit["reasons"] == ["Same company: only the place in the name differs", "Phone differs in one digit"]


def test_in_the_readers_language(north: Company, account: Any) -> None:
    with north.as_("admin"):
        north.people["ada"].language = "zh-hans"
        north.people["ada"].save(update_fields=["language"])
        bump_permissions()
    (hit,) = send(north.api("ada"), "POST", CHECK, {"name": "上海盈牌贸易公司"}).json()["items"]
    assert hit["reasons"] == ["同一家公司：只有公司类型写法不同"]


def test_masked_for_those_who_may_not_see_it(north: Company, account: Any) -> None:
    (hit,) = send(north.api("cleo"), "POST", CHECK, {"name": NAME}).json()["items"]
    name = north.people["ada"].name
    assert hit == {
        "id": None,
        "title": f"A record of {name} looks the same. Ask {name}.",
        "probability": 0.95,
        "reasons": [],
        "masked": True,
    }
    with north.as_("admin"):
        Share.objects.create(record_id=account.pk, user_id=north.people["cleo"].pk)
        bump_permissions()
    (hit,) = send(north.api("cleo"), "POST", CHECK, {"name": NAME}).json()["items"]
    assert hit["title"] == NAME


def test_another_company_is_never_told(account: Any, south: Company) -> None:
    assert send(south.api("admin"), "POST", CHECK, {"name": NAME}).json() == {"items": []}


def test_its_own_record_and_unknown_ones(north: Company, account: Any) -> None:
    api = north.api("ada")
    assert send(api, "POST", f"{CHECK}?of={account.pk}", {"name": NAME}).json() == {"items": []}
    assert send(api, "POST", f"{CHECK}?of=nonsense", {"name": NAME}).status_code == 400
    assert send(api, "POST", f"{CHECK}?of={north.id}", {"name": NAME}).status_code == 404
    assert send(api, "POST", CHECK, {"nonsense": NAME}).status_code == 422
    assert send(api, "POST", "/api/v1/activities/duplicates", {"subject": NAME}).json() == {"items": []}


def test_create_refuses_only_when_asked(north: Company, account: Any) -> None:
    api = north.api("ada")
    refused = send(api, "POST", "/api/v1/accounts?check=duplicates", {"name": "上海盈牌貿易股份有限公司"})
    assert refused.status_code == 409 and refused.headers["Content-Type"] == "application/problem+json"
    told = refused.json()
    assert told["code"] == "looks-like-duplicate" and told["candidates"][0]["id"] == str(account.pk)
    similar = send(api, "POST", "/api/v1/accounts?check=duplicates", {"name": "盈牌广告"})
    assert similar.status_code == 201 and similar.headers["Kith-Similar"] == "1"
    fresh = send(api, "POST", "/api/v1/accounts?check=duplicates", {"name": "Entirely Else Ltd"})
    assert fresh.status_code == 201 and fresh.headers["Kith-Similar"] == "0"
    plain = send(api, "POST", "/api/v1/accounts", {"name": NAME})
    assert plain.status_code == 201 and "Kith-Similar" not in plain.headers
    assert send(api, "POST", "/api/v1/accounts?check=everything", {"name": NAME}).status_code == 400


def test_same_adds_what_was_typed_and_keeps_what_is_there(north: Company, account: Any) -> None:
    api, address = north.api("ada"), f"/api/v1/accounts/{account.pk}"
    typed = {"name": "盈牌", "phone": "13911112222", "email": "x@yingpai.cn", "owner": str(north.people["bo"].pk)}
    done = send(api, "POST", f"{address}/same", typed)
    assert done.status_code == 200 and done.headers["Kith-Added"] == "1"
    assert (done.json()["name"], done.json()["phone"], done.json()["email"]) == (NAME, "+862164882107", "x@yingpai.cn")
    assert done.json()["owner"] == str(north.people["ada"].pk) and done.headers["ETag"] == '"2"'
    again = send(api, "POST", f"{address}/same", typed)
    assert again.headers["Kith-Added"] == "0" and again.headers["ETag"] == '"2"', "nothing is written twice"
    assert send(api, "POST", f"{address}/same", {"nonsense": "x"}).status_code == 422
    assert send(north.api("vi"), "POST", f"{address}/same", typed).status_code in (403, 404)
    assert send(north.api("ada", ["read"]), "POST", f"{address}/same", typed).status_code == 403


def test_different_is_remembered_and_never_told_again(north: Company, account: Any) -> None:
    api = north.api("ada")
    other = send(api, "POST", "/api/v1/accounts", {"name": "上海盈牌贸易股份有限公司"}).json()["id"]
    asked = f"{CHECK}?of={other}"
    assert [one["id"] for one in send(api, "POST", asked, {}).json()["items"]] == [str(account.pk)]
    decided = send(api, "POST", f"/api/v1/accounts/{other}/different", {"ids": [str(account.pk)]})
    assert (decided.status_code, decided.json()) == (200, {"remembered": 1})
    assert send(api, "POST", asked, {}).json() == {"items": []}
    assert send(api, "POST", f"{CHECK}?of={account.pk}", {}).json() == {"items": []}, "from both sides"
    assert send(api, "POST", f"/api/v1/accounts/{account.pk}/different", {"ids": [other]}).json() == {"remembered": 0}
    for wrong in ({}, {"ids": []}, {"ids": "x"}, {"ids": ["x"]}, {"ids": [1]}, {"ids": [other], "more": 1}, {"ids": [other] * 101}):
        assert send(api, "POST", f"/api/v1/accounts/{other}/different", wrong).status_code == 422, wrong


def test_who_may_not_see_the_other_one_decides_nothing_about_it(north: Company, account: Any) -> None:
    mine = north.make("account", {"name": NAME}, by="cleo")
    answer = send(north.api("cleo"), "POST", f"/api/v1/accounts/{mine.pk}/different", {"ids": [str(account.pk)]})
    assert answer.json() == {"remembered": 0}, "as for an id that is nothing"
    assert send(north.api("ada"), "POST", f"/api/v1/accounts/{mine.pk}/different", {"ids": [str(account.pk)]}).status_code == 404


def test_create_is_told_that_it_is_another_one(north: Company, account: Any) -> None:
    api, twin = north.api("ada"), {"name": "上海盈牌貿易股份有限公司"}
    assert send(api, "POST", "/api/v1/accounts?check=duplicates", twin).status_code == 409
    made = send(api, "POST", f"/api/v1/accounts?check=duplicates&different={account.pk}", twin)
    assert made.status_code == 201 and made.headers["Kith-Similar"] == "0"
    assert send(api, "POST", f"{CHECK}?of={made.json()['id']}", {}).json() == {"items": []}
    assert send(api, "POST", "/api/v1/accounts?different=nonsense", twin).status_code == 400
