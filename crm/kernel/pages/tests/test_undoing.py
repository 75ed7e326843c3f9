"""Undo from the toast, from the history of acts and from a record's history; what changed since is listed, never trampled."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from crm.kernel.access.tests.test_sharing import give
from crm.kernel.audit.models import AuditEntry
from crm.kernel.queue.models import Task
from crm.kernel.records import undo, undo_all, writing
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.reading import fetch
from crm.kernel.records.tests.test_past import kind
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs


def _bulk(north: Company, names: list[str], by: str = "ada") -> tuple[list[Any], ChangeSet]:
    """Accounts whose industry one act of Ada's has set to "Signs"."""
    made = [north.make("account", {"name": name, "industry": "Paint"}, by=by) for name in names]
    with north.as_(by):
        writing.change_many(kind("account"), [one.pk for one in made], {"industry": "Signs"})
        return made, undo.note("Changed accounts", len(made))


def _industries(north: Company, made: list[Any]) -> list[str]:
    with north.as_("admin"):
        return [fetch(kind("account"), one.pk).industry for one in made]


def _post(client: Client, act: Any, **given: Any) -> Any:
    return client.post(f"/undo/{getattr(act, 'pk', act)}", given)


def test_an_act_is_undone_and_done_again_from_my_changes(north: Company) -> None:
    made, act = _bulk(north, ["One", "Two"])
    ada = north.browser("ada")
    page = ada.get("/changes/").content.decode()
    assert "Changed accounts" in page and "2 records" in page
    assert _post(ada, act).status_code == 204
    assert _industries(north, made) == ["Paint", "Paint"]
    page = ada.get("/changes/").content.decode()
    assert "Undone" in page and "Undo: Changed accounts" in page and "Do again" in page
    with north.as_("ada"):
        again = ChangeSet.objects.get(undoes_id=act.pk)
    assert _post(ada, again).status_code == 204
    assert _industries(north, made) == ["Signs", "Signs"]
    assert _post(ada, act).status_code == 204, "what was done again can be undone again"
    assert _industries(north, made) == ["Paint", "Paint"]
    assert _post(ada, act).status_code == 409


def test_what_changed_since_is_listed_first_and_left(north: Company) -> None:
    made, act = _bulk(north, ["One", "Two"])
    with north.as_("bo"):
        writing.change(kind("account"), made[1].pk, {"industry": "Neon"})
    ada = north.browser("ada")
    asked = _post(ada, act)
    assert asked.headers["HX-Redirect"] == f"/undo/{act.pk}/", "it is shown before anything is undone"
    assert _industries(north, made) == ["Signs", "Neon"]
    page = ada.get(f"/undo/{act.pk}/").content.decode()
    assert all(word in page for word in ("Two", "Industry", "Signs", "Neon", "周博")) and ">One<" not in page
    assert _post(ada, act, looked="yes").status_code == 204
    assert _industries(north, made) == ["Paint", "Neon"]
    assert "1 record stayed as it was" in ada.get("/changes/").content.decode()


def test_what_changed_since_goes_back_only_where_it_is_chosen(north: Company) -> None:
    made, act = _bulk(north, ["One", "Two", "Three"])
    for one in made[1:]:
        with north.as_("bo"):
            writing.change(kind("account"), one.pk, {"industry": "Neon"})
    _post(north.browser("ada"), act, looked="yes", also=[f"{made[1].pk}:industry", "nonsense", f"{made[2].pk}:phone"])
    assert _industries(north, made) == ["Paint", "Paint", "Neon"]


def test_a_made_record_that_somebody_changed_stays_unless_it_is_chosen(north: Company) -> None:
    ada = north.browser("ada")
    with north.as_("ada"):
        made = writing.create(kind("account"), {"name": "New"})
        act = undo.note("New was created", 1)
    with north.as_("bo"):
        writing.change(kind("account"), made.pk, {"phone": "021 6488 2107"})
    _post(ada, act, looked="yes")
    with north.as_("ada"):
        assert fetch(kind("account"), made.pk)
        ChangeSet.objects.filter(pk=act.pk).update(undone_at=None)
    _post(ada, act, looked="yes", also=[f"{made.pk}:version"])
    assert ada.get(f"/accounts/{made.pk}/").status_code == 404


def test_rights_are_asked_for_each_record(north: Company) -> None:
    made, act = _bulk(north, ["One", "Two"])
    with north.as_("admin"):
        writing.change(kind("account"), made[0].pk, {"owner": str(north.people["cleo"].pk), "team": str(north.people["cleo"].team_id)})
    page = north.browser("ada").get(f"/undo/{act.pk}/").content.decode()
    assert "You may not change this record." in page and ">One<" not in page, "its name is not told any more"
    _post(north.browser("ada"), act, looked="yes")
    assert _industries(north, made) == ["Signs", "Paint"]


def test_a_field_that_may_not_be_written_is_listed_and_left(north: Company) -> None:
    made, act = _bulk(north, ["One"])
    give(north, "ada", {"account": {"view": "all", "edit": "all", "fields": {"industry": "readonly"}}})
    assert "You may not change one of its fields." in north.browser("ada").get(f"/undo/{act.pk}/").content.decode()
    _post(north.browser("ada"), act, looked="yes")
    assert _industries(north, made) == ["Signs"]


def test_others_acts_are_for_administrators_alone(north: Company, south: Company) -> None:
    made, act = _bulk(north, ["One"])
    for client in (north.browser("bo"), south.browser("admin")):
        assert client.get(f"/undo/{act.pk}/").status_code == 404 and _post(client, act).status_code == 404
        assert "Changed accounts" not in client.get("/changes/", {"who": "all"}).content.decode()
    admin = north.browser("admin")
    assert "Changed accounts" in admin.get("/changes/", {"who": str(north.people["ada"].pk)}).content.decode()
    assert "Changed accounts" in admin.get("/changes/", {"who": "all"}).content.decode()
    assert _post(admin, act).status_code == 204 and _industries(north, made) == ["Paint"]


def test_my_changes_go_on_by_key(north: Company) -> None:
    with north.as_("ada"):
        for number in range(53):
            undo.note(f"Act {number:02}", 1)
    ada = north.browser("ada")
    first = ada.get("/changes/").content.decode()
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found and "Act 52" in first and "Act 02" not in first
    rest = ada.get("/changes/" + found.group(1).replace("&amp;", "&")).content.decode()
    assert "Act 02" in rest and "Act 00" in rest and "Act 52" not in rest
    assert ada.get("/changes/", {"before": "nonsense"}).status_code == 200


def test_a_records_history_takes_back_one_act_on_it(north: Company) -> None:
    made, act = _bulk(north, ["One", "Two"])
    bo = north.browser("bo")
    tab = bo.get(f"/accounts/{made[0].pk}/tab/history").content.decode()
    urls = re.findall(r'hx-post="(/accounts/[^"]+/undo/[^"]+)"', tab)
    assert len(urls) == 2 and "other record" not in tab, "the whole act is another person's"
    assert "with 1 other record" in north.browser("ada").get(f"/accounts/{made[0].pk}/tab/history").content.decode()
    assert bo.post(urls[0]).status_code == 204
    assert _industries(north, made) == ["Paint", "Signs"]
    assert "hx-post" not in north.browser("vi").get(f"/accounts/{made[1].pk}/tab/history").content.decode()
    assert north.browser("vi").post(urls[0]).status_code in (403, 404)


def test_a_records_history_shows_what_changed_since_before_it_takes_back(north: Company) -> None:
    made, _act = _bulk(north, ["One"])
    with north.as_("bo"):
        writing.change(kind("account"), made[0].pk, {"industry": "Neon"})
    with north.as_("ada"):
        entry = AuditEntry.objects.get(record=made[0].pk, changes__industry__1="Signs")
    ada, url = north.browser("ada"), f"/accounts/{made[0].pk}/undo/{entry.pk}"
    assert ada.post(url).headers["HX-Redirect"] == f"{url}/"
    page = ada.get(f"{url}/").content.decode()
    assert "Neon" in page and "周博" in page
    ada.post(url, {"looked": "yes", "also": f"{made[0].pk}:industry"})
    assert _industries(north, made) == ["Paint"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large is small, so that it is quickly done."""
    monkeypatch.setattr(undo_all, "AT_ONCE", 4)
    monkeypatch.setattr(undo_all, "BATCH", 3)


def _work(north: Company) -> Task:
    return run_jobs(north.id)[-1]


def test_a_large_act_is_taken_back_in_the_background_and_done_again(north: Company, small: None) -> None:
    made, act = _bulk(north, [f"Number {n}" for n in range(8)])
    with north.as_("bo"):
        writing.change(kind("account"), made[3].pk, {"industry": "Neon"})
    ada = north.browser("ada")
    assert _post(ada, act).headers["HX-Redirect"] == f"/undo/{act.pk}/"
    page = ada.get(f"/undo/{act.pk}/").content.decode()
    assert "Number 3" in page and "Number 4" not in page
    _post(ada, act, looked="yes")
    assert "Waits for its turn" in ada.get(f"/undo/{act.pk}/").content.decode()
    assert _post(ada, act, looked="yes").status_code == 409, "twice is once"
    task = _work(north)
    assert task.state == Task.DONE and task.result["left"] == 1 and task.result["kept"] == {str(made[3].pk): ["industry"]}
    assert _industries(north, made) == [*["Paint"] * 3, "Neon", *["Paint"] * 4]
    with north.as_("ada"):
        again = ChangeSet.objects.get(undoes_id=act.pk)
        assert again.records == 7 and again.txid == 0
    _post(ada, again, looked="yes")
    _work(north)
    assert _industries(north, made) == [*["Signs"] * 3, "Neon", *["Signs"] * 4]


def test_an_undo_that_stops_half_way_says_so_and_goes_on(north: Company, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made, act = _bulk(north, [f"Number {n}" for n in range(8)])
    ada = north.browser("ada")
    _post(ada, act, looked="yes")
    calls: list[UUID] = []

    def stops(change_set: UUID, records: int, real: Any = undo_all.add_part) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(change_set)
        real(change_set, records)

    monkeypatch.setattr(undo_all, "add_part", stops)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(north.id)
    monkeypatch.undo()
    assert sorted(_industries(north, made)) == [*["Paint"] * 3, *["Signs"] * 5], "the batch that was cut off left nothing"
    with north.as_("ada"):
        Task.objects.filter(name="records.undo").update(state=Task.CANCELLED)
    page = ada.get(f"/undo/{act.pk}/").content.decode()
    assert "The undo stopped after 3 records" in page and "Partly undone" in ada.get("/changes/").content.decode()
    _post(ada, act, looked="yes")
    run_jobs(north.id)
    assert _industries(north, made) == ["Paint"] * 8
