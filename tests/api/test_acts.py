"""Acts through the API: what was done, what changed since, undo and redo, with the rights that the pages ask for, too."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from crm.kernel.entity.registry import registry
from crm.kernel.records import many, undo_all, writing
from crm.kernel.rest.views import bulk
from crm.kernel.testing.work import run_jobs
from tests.api.stock import Stocked
from tests.api.test_every_kind import send

URL = "/api/v1/acts"


def accounts(acme: Stocked, count: int, by: str = "ada") -> tuple[str, list[str]]:
    """(the mark that begins their names, their ids)"""
    mark = f"act {uuid4().hex[:8]}"
    kind = registry.kind("account")
    assert kind is not None
    with acme.company.as_(by):
        made = writing.create_many(kind, [{"name": f"{mark} {n}", "industry": "Paint", "annual_revenue": "12.50"} for n in range(count)])
    return mark, sorted(str(one.pk) for one in made)


def change(acme: Stocked, given: dict[str, Any], who: str = "ada", **query: str) -> Any:
    values = {"industry": "Signs", "annual_revenue": "99.90"}
    return send(acme.api(who), "POST", f"/api/v1/accounts/bulk/change?{urlencode(query)}", given | {"values": values})


def industries(acme: Stocked, ids: list[str]) -> list[str]:
    return [acme.api().get(f"/api/v1/accounts/{one}").json()["industry"] for one in ids]


def test_an_act_is_read_undone_and_done_again(acme: Stocked) -> None:
    _mark, ids = accounts(acme, 3)
    ada, act = acme.api("ada"), change(acme, {"ids": ids}).json()["act"]
    found = ada.get(f"{URL}/{act}").json()
    assert (found["label"], found["records"], found["state"]) == ("Accounts: Industry, Annual revenue changed", 3, "done")
    assert ada.get(URL, {"limit": 1}).json()["items"] == [found]
    first = ada.get(f"{URL}/{act}/changes", {"limit": 2}).json()
    rest = ada.get(f"{URL}/{act}/changes", {"limit": 2, "cursor": first["next"]}).json()
    items = [*first["items"], *rest["items"]]
    assert [one["record"] for one in items] == ids and len(first["items"]) == 2 and rest["next"] is None
    assert items[0]["op"] == "change" and items[0]["kind"] == "account"
    assert items[0]["changes"]["industry"] == ["Paint", "Signs"] and items[0]["changes"]["annual_revenue"] == ["12.50", "99.90"]
    done = send(ada, "POST", f"{URL}/{act}/undo").json()
    assert (done["back"], done["left"], done["act"]["state"]) == (3, [], "undone")
    assert industries(acme, ids) == ["Paint"] * 3
    assert send(ada, "POST", f"{URL}/{act}/undo").status_code == 409
    again = send(ada, "POST", f"{URL}/{act}/redo")
    assert again.status_code == 200 and industries(acme, ids) == ["Signs"] * 3
    assert ada.get(f"{URL}/{act}").json()["state"] == "done"
    assert send(ada, "POST", f"{URL}/{act}/redo").status_code == 409, "only what is undone"


def test_what_changed_since_is_told_and_left_unless_it_is_named(acme: Stocked) -> None:
    _mark, ids = accounts(acme, 3)
    ada, act = acme.api("ada"), change(acme, {"ids": ids}).json()["act"]
    for one in ids[:2]:
        send(acme.api("bo"), "PATCH", f"/api/v1/accounts/{one}", {"industry": "Neon"})
    since = ada.get(f"{URL}/{act}/since").json()
    found = sorted((one["record"], one["fields"], one["by"]) for one in since["items"])
    assert found == [(one, ["industry"], str(acme.company.people["bo"].pk)) for one in ids[:2]] and not since["more"]
    done = send(ada, "POST", f"{URL}/{act}/undo", {"also": [{"record": ids[1], "field": "industry"}]}).json()
    assert [(one["record"], one["fields"]) for one in done["left"]] == [(ids[0], ["industry"])]
    assert industries(acme, ids) == ["Neon", "Paint", "Paint"]


def test_a_large_act_is_taken_back_as_a_job(acme: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_all, "AT_ONCE", 2)
    _mark, ids = accounts(acme, 4)
    ada, act = acme.api("ada"), change(acme, {"ids": ids}).json()["act"]
    begun = send(ada, "POST", f"{URL}/{act}/undo")
    assert begun.status_code == 202 and begun.json()["act"]["state"] == "being_undone"
    assert send(ada, "POST", f"{URL}/{act}/undo").status_code == 409
    run_jobs(acme.company.id)
    assert ada.get(begun["Location"]).json()["state"] == "done"
    assert industries(acme, ids) == ["Paint"] * 4 and ada.get(f"{URL}/{act}").json()["state"] == "undone"
    assert send(ada, "POST", f"{URL}/{act}/redo").status_code == 202
    run_jobs(acme.company.id)
    assert industries(acme, ids) == ["Signs"] * 4


def test_all_that_a_filter_finds_is_changed_as_a_job(acme: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 3)
    monkeypatch.setattr(many, "PART", 2)
    mark, ids = accounts(acme, 5)
    ada = acme.api("ada")
    assert change(acme, {"filter": f'name ^ "{mark}"'}, dry_run="true").status_code == 422
    assert change(acme, {"ids": ids}).status_code == 422
    wrong = send(ada, "POST", "/api/v1/accounts/bulk/change", {"filter": f'name ^ "{mark}"', "values": {"owner": str(uuid4())}})
    assert wrong.status_code == 422 and "owner" in wrong.json()["fields"], wrong.content
    begun = change(acme, {"filter": f'name ^ "{mark}"'})
    assert begun.status_code == 202 and (begun.json()["matched"], begun.json()["done"]) == (5, 0)
    run_jobs(acme.company.id)
    over = ada.get(begun["Location"]).json()
    assert (over["matched"], over["done"], over["refused"], over["left"]) == (5, 5, 0, []) and industries(acme, ids) == ["Signs"] * 5
    assert len(ada.get(f"{URL}/{over['act']}/changes").json()["items"]) == 5
    gone = send(ada, "POST", "/api/v1/accounts/bulk/delete", {"filter": f'name ^ "{mark}"'})
    run_jobs(acme.company.id)
    assert ada.get(f"/api/v1/accounts/{ids[0]}").status_code == 404
    assert ada.get(f"{URL}/{ada.get(gone['Location']).json()['act']}/changes").json()["items"][0]["op"] == "delete"


def test_a_dry_run_is_no_act(acme: Stocked) -> None:
    _mark, ids = accounts(acme, 1)
    assert change(acme, {"ids": ids}, dry_run="true").json()["act"] is None


def test_acts_are_for_who_did_them_and_administrators(acme: Stocked, other: Stocked) -> None:
    _mark, ids = accounts(acme, 1)
    act, ada = change(acme, {"ids": ids}).json()["act"], str(acme.company.people["ada"].pk)
    for client in (acme.api("bo"), acme.api("vi"), other.api()):
        for method, path in (("GET", ""), ("GET", "/changes"), ("GET", "/since"), ("POST", "/undo"), ("POST", "/redo")):
            assert send(client, method, f"{URL}/{act}{path}").status_code == 404, path
        assert act not in str(client.get(URL).json())
    assert acme.api("bo").get(URL, {"by": ada}).status_code == 403
    assert act in str(acme.api().get(URL, {"by": ada}).json()) and industries(acme, ids) == ["Signs"]
    assert other.api().get(URL, {"by": ada}).json()["items"] == []
    reader = acme.company.api("ada", scopes=["read"])
    assert reader.get(f"{URL}/{act}").status_code == 200 and send(reader, "POST", f"{URL}/{act}/undo").status_code == 403
    run = many_run(acme)
    assert all(one.get(f"/api/v1/bulk-changes/{run}").status_code == 404 for one in (acme.api("ada"), other.api()))


def many_run(acme: Stocked) -> str:
    kind = registry.kind("account")
    assert kind is not None
    with acme.company.as_("admin"):
        return str(many.choose(kind, kind.model._default_manager.all(), many.DELETE).pk)


def test_what_is_sent_is_looked_at(acme: Stocked) -> None:
    _mark, ids = accounts(acme, 1)
    act = change(acme, {"ids": ids}).json()["act"]
    for body in ({"also": "all"}, {"also": [{"record": "x", "field": "industry"}]}, {"also": [{"record": ids[0]}]}, {"whatever": 1}):
        assert send(acme.api("ada"), "POST", f"{URL}/{act}/undo", body).status_code == 422, body
    assert acme.api("ada").get(URL, {"by": "x"}).status_code == 400
    assert acme.api("ada").get(f"{URL}/{act}/changes", {"cursor": "x"}).status_code == 400
    assert industries(acme, ids) == ["Signs"]
