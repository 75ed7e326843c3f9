"""An import that is stopped half way: what was written stays, is told, can be undone or gone on with."""

from typing import Any

import pytest

from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.models import ExportRun, ImportState
from crm.kernel.exchange.tests.test_import import Workbench, account
from crm.kernel.queue.actions import cancel
from crm.kernel.queue.runner import run_task
from crm.kernel.queue.tests.test_stopping import at_batch
from crm.kernel.testing.cast import Company

ROWS = 1_200
TEXT = "Name\n" + "".join(f"Company {number}\n" for number in range(ROWS))


@pytest.fixture
def bench(north: Company) -> Workbench:
    made = Workbench(north)
    made.upload(account(), TEXT)
    made.map()
    made.job(actions.dry_run)
    return made


def stopped_at(bench: Workbench, act: Any, batch: int) -> Any:
    """Begins a job of the import and stops it before its n-th batch (as the import page's button does)."""
    with bench.company.as_("admin"):
        task = act(queries.import_run(bench.run.pk)).task_id

    def stop() -> None:
        assert bench.company.browser("admin").post(f"/jobs/{task}/stop").status_code == 204

    run_task(bench.company.id, task, at_batch(batch, stop))
    with bench.company.as_("admin"):
        bench.run = queries.import_run(bench.run.pk)
    return bench.run


def live(bench: Workbench) -> int:
    with bench.company.as_("admin"):
        return int(account().model.objects.filter(deleted_at=None).count())


def test_a_stopped_import_keeps_what_it_wrote_and_is_undone(bench: Workbench) -> None:
    run = stopped_at(bench, actions.run_import, 4)
    assert run.state == ImportState.STOPPED and run.written
    written = live(bench)
    assert 0 < written < ROWS and run.many("create") == written
    page = bench.company.browser("admin").get(f"/import/{run.pk}").content.decode()
    assert "The import was stopped" in page and "Undo the whole import" in page and "Go on" in page
    half = stopped_at(bench, actions.undo_import, 3)
    assert half.state == ImportState.DONE and "undo once more" in half.error and live(bench) < written
    assert half.error in bench.company.browser("admin").get(f"/import/{run.pk}").content.decode()
    assert bench.job(actions.undo_import).state == ImportState.UNDONE and live(bench) == 0


def test_a_stopped_import_goes_on_and_writes_no_row_twice(bench: Workbench) -> None:
    stopped_at(bench, actions.run_import, 4)
    assert bench.job(actions.run_import).state == ImportState.DONE
    assert live(bench) == ROWS and bench.run.many("create") == ROWS


def test_an_import_stopped_before_it_wrote_anything_may_begin_anew(bench: Workbench) -> None:
    with bench.company.as_("admin"):
        run = actions.run_import(queries.import_run(bench.run.pk))
        cancel(run.task_id)
        found = queries.import_run(run.pk)
    assert (found.state, found.counts, live(bench)) == (ImportState.MAPPED, {}, 0)
    assert bench.job(actions.dry_run).state == ImportState.CHECKED
    assert bench.job(actions.run_import).many("create") == ROWS


def test_a_stopped_export_says_so_and_a_stranger_stops_nothing(north: Company, south: Company) -> None:
    with north.as_("admin"):
        run = actions.start_export(account(), form="csv")
    for client in (north.api("ada"), south.api("admin")):
        assert client.post(f"/api/v1/jobs/{run.task_id}/cancel", content_type="application/json").status_code == 404
    assert north.browser("ada").post(f"/jobs/{run.task_id}/stop").status_code == 404
    answer = north.api("admin").post(f"/api/v1/jobs/{run.task_id}/cancel", content_type="application/json")
    assert answer.status_code == 200 and answer.json()["state"] == "cancelled"
    with north.as_("admin"):
        found = queries.export_run(run.pk)
        assert found.state == ExportRun.FAILED and found.error
    again = north.api("admin").post(f"/api/v1/jobs/{run.task_id}/retry", content_type="application/json")
    assert again.json()["state"] == "waiting"
    run_task(north.id, run.task_id, lambda: False)
    with north.as_("admin"):
        assert queries.export_run(run.pk).state == ExportRun.DONE
    assert north.api("admin").get("/api/v1/jobs").json()["items"][0]["state"] == "done"
    assert north.api("ada").get("/api/v1/jobs").json()["items"] == []
