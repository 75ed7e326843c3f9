"""One change to more records than a request takes: what is agreed to is what is done, once, as one act."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client

from crm.kernel.access.tests.test_sharing import give
from crm.kernel.notify.models import Notification
from crm.kernel.pages import bulk
from crm.kernel.pages.tests.test_screens import HTMX, toast_of
from crm.kernel.queue.models import Task
from crm.kernel.queue.runner import run_task
from crm.kernel.queue.tests.test_stopping import at_batch
from crm.kernel.records import many, undo_all, writing
from crm.kernel.records.models import BulkPart, BulkRun, ChangeSet
from crm.kernel.records.tests.test_past import kind
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

FILTER = urlencode({"filter": "name ^ number"})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is many is few, so that it is quickly done."""
    monkeypatch.setattr(bulk, "MOST", 4)
    monkeypatch.setattr(many, "PART", 3)
    monkeypatch.setattr(undo_all, "AT_ONCE", 4)
    monkeypatch.setattr(undo_all, "BATCH", 3)


def make(north: Company, count: int, by: str = "ada", **values: Any) -> list[UUID]:
    with north.as_(by):
        rows = [{"name": f"Number {n}", "industry": "Paint", **values} for n in range(count)]
        return [one.pk for one in writing.create_many(kind("account"), rows)]


def held(north: Company, field: str = "industry") -> list[Any]:
    with north.as_("admin"):
        return list(kind("account").model.objects.filter(name__startswith="Number").order_by("name", "pk").values_list(field, flat=True))


def ask(client: Client, act: str, **given: str) -> str:
    """Opens the dialog for all that the filter finds; answers the run that keeps them."""
    answer = client.post("/accounts/bulk", {"act": act, "whole": "yes", "view": FILTER, **given}, headers=HTMX)
    found = re.search(r'name="run" value="([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def agree(client: Client, run: str, act: str = "change", **given: str) -> str:
    """Says yes to it; answers the page that tells how far it is."""
    answer = client.post("/accounts/bulk/apply", {"act": act, "run": run, **given}, headers=HTMX)
    assert answer.status_code == 204, answer.content.decode()
    assert answer.headers["HX-Redirect"] == f"/many/{run}/"
    return f"/many/{run}/"


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_what_was_asked_about_is_changed_and_nothing_else(north: Company, small: None) -> None:
    made = make(north, 8)
    ada = north.browser("ada")
    run = ask(ada, "change", field="industry")
    late = make(north, 1)[0]
    with north.as_("ada"):
        writing.change(kind("account"), made[0], {"name": "Called otherwise"})
    page = agree(ada, run, field="industry", industry="Signs")
    assert "Waits for its turn" in text(ada, page) and "0 / 8" in text(ada, f"{page}part")
    assert run_jobs(north.id)[0].result["done"] == 8
    with north.as_("ada"):
        model = kind("account").model
        assert {one.industry for one in model.objects.filter(pk__in=made)} == {"Signs"} and model.objects.get(pk=late).industry == "Paint"
        assert {one.version for one in model.objects.filter(pk__in=made[1:])} == {2}
    over = ada.get(f"{page}part")
    assert over.status_code == 204 and toast_of(over)["text"] == "8 records changed."
    assert ada.post("/accounts/bulk/apply", {"act": "change", "run": run, "industry": "x"}, headers=HTMX).status_code == 409, "once is once"


def test_it_is_one_act_undone_from_the_toast_and_done_again(north: Company, small: None) -> None:
    make(north, 8)
    ada = north.browser("ada")
    page = agree(ada, ask(ada, "change", field="industry"), field="industry", industry="Signs")
    run_jobs(north.id)
    with north.as_("bo"):
        writing.change(kind("account"), kind("account").model.objects.get(name="Number 3").pk, {"industry": "Neon"})
    back = toast_of(ada.get(f"{page}part"))["undo"]
    assert ada.get("/changes/").content.decode().count("Accounts: Industry changed") == 1
    assert ada.post(back, headers=HTMX).headers["HX-Redirect"] == f"{back}/"
    assert "Number 3" in text(ada, f"{back}/") and "Number 4" not in text(ada, f"{back}/")
    assert ada.post(back, {"looked": "yes"}).status_code == 204
    run_jobs(north.id)
    assert held(north) == [*["Paint"] * 3, "Neon", *["Paint"] * 4]
    assert "Undone" in text(ada, page)
    with north.as_("ada"):
        again = ChangeSet.objects.get(undoes_id=back.split("/")[2])
    assert "There are more of them" not in text(ada, f"/undo/{again.pk}/"), "what it wrote itself nobody changed since"
    ada.post(f"/undo/{again.pk}", {"looked": "yes"})
    run_jobs(north.id)
    assert held(north) == [*["Signs"] * 3, "Neon", *["Signs"] * 4]


def test_many_records_go_into_the_bin_and_back(north: Company, small: None) -> None:
    make(north, 7)
    ada = north.browser("ada")
    page = agree(ada, ask(ada, "delete"), "delete")
    run_jobs(north.id)
    assert all(held(north, "deleted_at"))
    assert "in the bin" in text(ada, page) and "7 records are in the bin" in toast_of(ada.get(f"{page}part"))["text"]
    with north.as_("ada"):
        act = ChangeSet.objects.get(label="Accounts: put into the bin")
        assert (act.records, Notification.objects.get(url=page).text) == (7, "7 records are in the bin, 0 stayed")
    ada.post(f"/undo/{act.pk}", {"looked": "yes"})
    run_jobs(north.id)
    assert not any(held(north, "deleted_at"))


def test_who_may_not_be_changed_is_listed_with_the_reason(north: Company, small: None) -> None:
    make(north, 5)
    theirs = make(north, 2, by="cleo")
    give(north, "ada", {"account": {"view": "all", "edit": "own", "delete": "own"}})
    ada, cleo = north.browser("ada"), str(north.people["cleo"].pk)
    dialog = ada.post("/accounts/bulk", {"act": "assign", "whole": "yes", "view": FILTER}, headers=HTMX).content.decode()
    assert "7 records are chosen" in dialog and "to 5 of them" in dialog and "disabled" not in dialog.split("dlg-f")[1]
    run = ask(ada, "assign")
    with north.as_("admin"):
        writing.remove(kind("account"), kind("account").model.objects.get(name="Number 0", created_by_id=north.people["ada"].pk).pk)
    page = agree(ada, run, "assign", owner=cleo)
    run_jobs(north.id)
    shown = text(ada, page)
    assert shown.count("You may not change this record.") == 2 and "It is not there any more" in shown
    file = ada.get(f"{page}refused.csv")
    assert file["Content-Type"].startswith("text/csv") and file.content.decode().count("\r\n") == 4
    assert all(str(pk) in file.content.decode() for pk in theirs)
    with north.as_("admin"):
        assert kind("account").model.objects.filter(owner_id=cleo).count() == 4 + len(theirs)


def test_a_value_that_fits_no_record_is_said_at_once(north: Company, small: None) -> None:
    make(north, 6)
    ada = north.browser("ada")
    run = ask(ada, "change", field="employees")
    answer = ada.post("/accounts/bulk/apply", {"act": "change", "run": run, "field": "employees", "employees": "many"}, headers=HTMX)
    assert answer.status_code == 422 and run in answer.content.decode(), "and the same records are still meant"
    answer = ada.post("/accounts/bulk/apply", {"act": "change", "run": run, "field": "name", "name": ""}, headers=HTMX)
    assert answer.status_code == 422
    assert ada.get(f"/many/{run}/").status_code == 404
    agree(ada, run, field="employees", employees="12")
    run_jobs(north.id)
    assert held(north, "employees") == [12] * 6


def test_one_that_is_stopped_says_how_far_it_came_and_goes_on(north: Company, small: None) -> None:
    make(north, 9)
    ada = north.browser("ada")
    page = agree(ada, ask(ada, "change", field="industry"), field="industry", industry="Signs")
    with north.as_("ada"):
        task = Task.objects.get(name="records.many")

    def stop() -> None:
        act = ChangeSet.objects.get(work_id=task.pk)
        assert ada.post(f"/undo/{act.pk}", {"looked": "yes"}).status_code == 409, "it is still being done"
        assert "Being done" in text(ada, "/changes/") and "3 / 9" in text(ada, f"/undo/{act.pk}/")
        assert ada.post(f"/jobs/{task.pk}/stop").status_code == 204

    run_task(north.id, task.pk, at_batch(3, within(north, stop)))
    assert held(north).count("Signs") == 3
    shown = text(ada, page)
    assert "It was stopped" in shown and "not reached" in shown and "Go on" in shown
    assert ada.post(f"{page}go-on").status_code == 204
    run_jobs(north.id)
    assert held(north) == ["Signs"] * 9 and set(held(north, "version")) == {2}
    with north.as_("ada"):
        assert ChangeSet.objects.get(work_id=task.pk).records == 9


def within(north: Company, act: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with north.as_("ada"):
            act()

    return run


def test_what_is_undone_is_not_gone_on_with(north: Company, small: None) -> None:
    make(north, 9)
    ada = north.browser("ada")
    page = agree(ada, ask(ada, "change", field="industry"), field="industry", industry="Signs")
    with north.as_("ada"):
        task = Task.objects.get(name="records.many")
    run_task(north.id, task.pk, at_batch(3, lambda: ada.post(f"/jobs/{task.pk}/stop") and None))
    with north.as_("ada"):
        act = ChangeSet.objects.get(work_id=task.pk)
    ada.post(f"/undo/{act.pk}", {"looked": "yes"})
    run_jobs(north.id)
    assert held(north) == ["Paint"] * 9
    assert ada.post(f"{page}go-on").status_code == 409 and "Go on" not in text(ada, page)


def test_one_record_that_the_bin_refuses_does_not_hold_up_the_others(north: Company, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make(north, 7)
    real = writing.remove_many

    def remove_many(entity: Any, ids: Any) -> Any:
        if made[4] in ids:
            raise writing.Conflict("This one is needed.")
        return real(entity, ids)

    monkeypatch.setattr(writing, "remove_many", remove_many)
    ada = north.browser("ada")
    page = agree(ada, ask(ada, "delete"), "delete")
    run_jobs(north.id)
    assert [one is not None for one in held(north, "deleted_at")] == [True] * 4 + [False] + [True] * 2
    assert "This one is needed." in text(ada, page)


def test_it_is_for_whoever_asked_and_administrators(north: Company, south: Company, small: None) -> None:
    make(north, 6)
    ada = north.browser("ada")
    run = ask(ada, "change", field="industry")
    for other in (north.browser("admin"), north.browser("bo"), south.browser("admin")):
        sent = {"act": "change", "run": run, "field": "industry", "industry": "x"}
        assert other.post("/accounts/bulk/apply", sent, headers=HTMX).status_code == 404
    assert ada.post("/accounts/bulk/apply", {"act": "delete", "run": run}, headers=HTMX).status_code == 404, "it was asked to change them"
    assert ada.post("/contacts/bulk/apply", {"act": "change", "run": run}, headers=HTMX).status_code == 404
    page = agree(ada, run, field="industry", industry="Signs")
    for path in ("", "part", "refused.csv"):
        assert all(one.get(f"{page}{path}").status_code == 404 for one in (north.browser("bo"), south.browser("admin")))
    assert north.browser("bo").post(f"{page}go-on").status_code == 404
    assert north.browser("admin").get(page).status_code == 200
    assert ada.post(f"{page}go-on").status_code == 409
    vi = north.browser("vi")
    assert vi.post("/accounts/bulk", {"act": "change", "whole": "yes", "view": FILTER}, headers=HTMX).status_code == 403


def test_what_nobody_agreed_to_is_forgotten(north: Company, small: None) -> None:
    make(north, 6)
    ask(north.browser("ada"), "delete")
    with north.as_("ada"):
        many.forget_many()
        assert BulkRun.objects.count() == 1
        BulkRun.objects.update(created_at=many.now() - many.WAITS * 2)
        many.forget_many()
        assert (BulkRun.objects.count(), BulkPart.objects.count()) == (0, 0)
    assert not any(held(north, "deleted_at"))


def test_ten_thousand_records_are_changed_and_taken_back_as_one_act(north: Company) -> None:
    """At the size that is promised, with no limit made smaller; two that somebody changed since stay as they are."""
    for _turn in range(5):
        make(north, 2_000)
    ada = north.browser("ada")
    page = agree(ada, ask(ada, "change", field="industry"), field="industry", industry="Signs")
    run_jobs(north.id)
    assert "10,000" in text(ada, page) and set(held(north)) == {"Signs"}
    with north.as_("bo"):
        model = kind("account").model
        theirs = [model.objects.filter(name=f"Number {n}").first().pk for n in (7, 1_234)]
        writing.change_many(kind("account"), theirs, {"industry": "Neon"})
    with north.as_("ada"):
        act = ChangeSet.objects.get(label="Accounts: Industry changed")
    shown = text(ada, f"/undo/{act.pk}/")
    assert "Number 1234" in shown and "Number 8<" not in shown and "There are more of them" not in shown
    ada.post(f"/undo/{act.pk}", {"looked": "yes"})
    run_jobs(north.id)
    now_held = held(north)
    assert (now_held.count("Paint"), now_held.count("Neon")) == (9_998, 2)
    assert "2 records stayed as they were" in text(ada, f"/undo/{act.pk}/")
