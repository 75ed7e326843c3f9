"""An import is one act of whoever ran it: in "My changes" and in the history of its records, undone by the same rules as any other."""

from typing import Any

import pytest

from crm.kernel.access.tests.test_sharing import give
from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.models import ImportRun, ImportState
from crm.kernel.exchange.tests.test_import import Workbench, account
from crm.kernel.queue.models import Task
from crm.kernel.records import undo_all, writing
from crm.kernel.records.models import ChangeSet
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

TEXT = "Customer number,Name,City\nA1,Alpha Ltd,Shanghai\nB1,Beta,Wuhan\nC1,Gamma,Xi'an\n"


@pytest.fixture
def bench(north: Company) -> Workbench:
    """One record changed and two made."""
    north.make("account", {"name": "Alpha", "external_id": "A1", "address_city": "Wuhan"})
    made = Workbench(north)
    made.upload(account(), TEXT, "firms.csv")
    made.map(key="external_id")
    made.go()
    return made


def act_of(bench: Workbench) -> ChangeSet:
    with bench.company.as_("admin"):
        return ChangeSet.objects.get(label="Import: firms.csv")


def by_number(bench: Workbench, number: str) -> Any:
    with bench.company.as_("admin"):
        return account().model.objects.get(external_id=number)


def state(bench: Workbench) -> ImportRun:
    with bench.company.as_("admin"):
        return queries.import_run(bench.run.pk)


def test_it_is_undone_from_my_changes_and_done_again(bench: Workbench) -> None:
    admin, act = bench.company.browser("admin"), act_of(bench)
    assert "Import: firms.csv" in admin.get("/changes/").content.decode() and act.records == 3
    for _turn in range(2):  # done again the records have other versions, and nobody has changed them since
        assert admin.post(f"/undo/{act.pk}").headers.get("HX-Refresh") == "true"
        assert (by_number(bench, "A1").name, by_number(bench, "A1").address_city) == ("Alpha", "Wuhan")
        assert by_number(bench, "B1").deleted_at and by_number(bench, "C1").deleted_at
        run = state(bench)
        assert (run.state, run.undo_counts) == (ImportState.UNDONE, {"back": 3, "kept": 0, "gone": 0})
        with bench.company.as_("admin"):
            again = ChangeSet.objects.filter(undoes_id=act.pk).latest("at")
        assert admin.post(f"/undo/{again.pk}").status_code == 204
        assert by_number(bench, "A1").name == "Alpha Ltd" and by_number(bench, "B1").deleted_at is None
        assert state(bench).state == ImportState.DONE and "Undo the whole import" in admin.get(f"/import/{run.pk}").content.decode()


def test_what_changed_since_is_listed_and_left_field_by_field(bench: Workbench) -> None:
    give(bench.company, "bo", {"account": {"view": "all", "edit": "all"}})
    with bench.company.as_("bo"):
        writing.change(account(), by_number(bench, "A1").pk, {"address_city": "Suzhou"})
        writing.change(account(), by_number(bench, "C1").pk, {"description": "mine"})
    admin, act = bench.company.browser("admin"), act_of(bench)
    assert admin.post(f"/import/{bench.run.pk}/undo").headers["Location"] == f"/undo/{act.pk}/"
    page = admin.get(f"/undo/{act.pk}/").content.decode()
    assert all(word in page for word in ("Suzhou", "Shanghai", "Gamma", "周博")) and "Beta" not in page
    admin.post(f"/undo/{act.pk}", {"looked": "yes"})
    one = by_number(bench, "A1")
    assert (one.name, one.address_city) == ("Alpha", "Suzhou"), "the name goes back, the city is somebody else's by now"
    assert by_number(bench, "C1").deleted_at is None and by_number(bench, "B1").deleted_at
    assert state(bench).undo_counts == {"back": 2, "kept": 2, "gone": 0}
    shown = admin.get(f"/import/{bench.run.pk}").content.decode()
    assert shown.count("Somebody has changed this record since") == 2


def test_the_history_of_a_record_offers_the_whole_import(bench: Workbench) -> None:
    page = bench.company.browser("admin").get(f"/accounts/{by_number(bench, 'A1').pk}/tab/history").content.decode()
    assert "with 2 other records" in page and f"/undo/{act_of(bench).pk}" in page
    assert "other record" not in bench.company.browser("bo").get(f"/accounts/{by_number(bench, 'A1').pk}/tab/history").content.decode()


def test_an_import_from_before_imports_were_acts_is_undone_too(bench: Workbench) -> None:
    with bench.company.as_("admin"):
        ImportRun.objects.update(act=None)
        ChangeSet.objects.all().delete()
    assert bench.undo() == {"back": 3, "kept": 0, "gone": 0}
    assert by_number(bench, "A1").name == "Alpha" and by_number(bench, "B1").deleted_at


def test_what_is_undone_is_not_gone_on_with(bench: Workbench) -> None:
    with bench.company.as_("admin"):
        Task.objects.filter(name="exchange.import").update(state=Task.FAILED)
        ImportRun.objects.update(state=ImportState.FAILED)
    admin, act = bench.company.browser("admin"), act_of(bench)
    assert admin.post(f"/undo/{act.pk}", {"looked": "yes"}).status_code == 204
    assert state(bench).state == ImportState.UNDONE
    with bench.company.as_("admin"):
        task = Task.objects.get(name="exchange.import")
    assert admin.post(f"/api/v1/jobs/{task.pk}/retry").status_code in (403, 409)
    assert admin.post(f"/import/{bench.run.pk}/run").status_code == 409
    assert state(bench).state == ImportState.UNDONE and by_number(bench, "B1").deleted_at


def test_a_large_one_is_taken_back_in_the_background(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo_all, "AT_ONCE", 2)
    admin, act = bench.company.browser("admin"), act_of(bench)
    admin.post(f"/undo/{act.pk}", {"looked": "yes"})
    assert state(bench).state == ImportState.UNDOING and "Being undone" in admin.get(f"/import/{bench.run.pk}").content.decode()
    with bench.company.as_("admin"), pytest.raises(actions.Conflict):
        actions.undo_import(queries.import_run(bench.run.pk))
    run_jobs(bench.company.id)
    assert state(bench).undo_counts == {"back": 3, "kept": 0, "gone": 0}
    assert "Undone: Import: firms.csv" in admin.get("/notices").content.decode()
