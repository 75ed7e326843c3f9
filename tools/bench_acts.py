"""What people do with ten thousand of a million records of a kind of their own. Imported once Django is ready."""

import csv
import io
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from crm.kernel.base.clock import now
from crm.kernel.base.ids import uuid7
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import parse_text
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions as exchange
from crm.kernel.exchange.models import ExportRun, ImportRun, ImportState
from crm.kernel.records import listing, many
from crm.kernel.records.models import BulkRun, ChangeSet
from crm.kernel.records.undo_all import undo_later
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

MANY = 10_000
#: What came in before lies in the bin and keeps its plates: each run has others.
MARK = uuid7().hex[-8:]


def acts(office: Company, cookie: str) -> dict[str, float]:
    """{what: seconds}. What is taken in is put back afterwards, so that the base keeps its million."""
    found: dict[str, float] = {}
    run = _taken_in(office, found)
    act = _changed(office, found)
    page = Client()
    page.cookies["kith_session"] = cookie
    day = (now() - timedelta(days=1)).date().isoformat()
    looked: dict[str, Callable[[], Any]] = {
        "list as it stood yesterday": lambda: page.get(f"/vehicles/?as_of={day}"),
        "groups with sums": lambda: page.get("/vehicles/?group=fuel"),
        "groups with sums as they stood yesterday": lambda: page.get(f"/vehicles/?group=fuel&as_of={day}"),
        "why one is seen by everybody": lambda: page.get(f"/vehicles/{_one(office)}/why"),
    }
    for name, look in looked.items():
        found[name] = _timed(lambda look=look: _ok(look()))  # type: ignore[misc]
    found["the change undone"] = _timed(lambda: _undone(office, act))
    found["the import undone"] = _timed(lambda: _job(office, lambda: exchange.undo_import(run)))
    return found


def _timed(work: Callable[[], Any]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _ok(answer: Any) -> None:
    assert answer.status_code == 200, (answer.status_code, answer.content[:500])


def _job(office: Company, start: Callable[[], Any]) -> Any:
    with office.as_("admin"):
        made = start()
    run_jobs(office.id)
    return made


def _kind() -> Entity[Any]:
    entity = registry.kind("vehicle")
    assert entity is not None
    return entity


def _one(office: Company) -> Any:
    with office.as_("ada"):
        return listing.page(_kind(), None, "name").items[0].id


def _taken_in(office: Company, found: dict[str, float]) -> ImportRun:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["Name", "Plate", "Fuel", "Mileage", "Load", "Price", "Bought", "Leased"])
    for n in range(MANY):
        fuel, bought = ("Diesel", "Electric")[n % 2], f"2026-{1 + n % 12:02}-01"
        table.writerow([f"New {n:05}", f"{MARK}-{n:05}", fuel, n, f"{n % 90}.5", n * 10, bought, "yes"])
    with office.as_("admin"):
        run = exchange.start_import(_kind(), "vehicles.csv", [out.getvalue().encode()])
        run = exchange.map_columns(run, run.mapping, {})
    found["dry run of an import"] = _timed(lambda: _job(office, lambda: exchange.dry_run(run)))
    found["import"] = _timed(lambda: _job(office, lambda: exchange.run_import(run)))
    with office.as_("admin"):
        done = ImportRun.objects.get(pk=run.pk)
        assert done.state == ImportState.DONE and done.counts.get("create") == MANY, (done.state, done.counts, done.error)
        node = parse_text(f'plate ^ "{MARK}-"')
    found["export of what came in"] = _timed(lambda: _exported(office, node))
    return done


def _exported(office: Company, node: Any) -> None:
    made = _job(office, lambda: exchange.start_export(_kind(), node, "name", ["name", "plate", "mileage", "price"], "xlsx"))
    with office.as_("admin"):
        assert ExportRun.objects.get(pk=made.pk).state != ExportRun.WAITING


def _changed(office: Company, found: dict[str, float]) -> ChangeSet:
    def change() -> BulkRun:
        rows = listing.rows_of(_kind(), parse_text(f'plate ^ "{MARK}-"'))
        return many.start(many.choose(_kind(), rows, many.EDIT), {"fuel": "hydrogen"})

    begun = time.monotonic()
    run = _job(office, change)
    found["change of all of them by a filter"] = time.monotonic() - begun
    with office.as_("admin"):
        done = BulkRun.objects.select_related("change_set").get(pk=run.pk)
        assert done.change_set is not None and done.change_set.records == MANY, (done.change_set, done.records)
        act: ChangeSet = done.change_set
        return act


def _undone(office: Company, act: ChangeSet) -> None:
    _job(office, lambda: undo_later(act.pk))
    with office.as_("admin"):
        assert ChangeSet.objects.get(pk=act.pk).undone_at is not None
