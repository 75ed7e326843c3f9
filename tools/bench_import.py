"""Rows a second of a whole import. Imported once Django is ready."""

import csv
import io
import random
import time

from django.db import connection, transaction

from config.demo import chinese
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions
from crm.kernel.exchange.models import ImportRun, ImportState
from crm.kernel.tenancy.scope import scope
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

FLOOR = """
WITH made AS (SELECT uuidv7() AS id, n FROM generate_series(1, 500) AS n), rows AS (
  INSERT INTO record (id, workspace_id, kind, title, sort_key, updated_at, search, duplicate_keys)
  SELECT id, %(w)s, 'contact', 'Floor ' || n, 'floor ' || n, now(), to_tsvector('simple', 'floor ' || n), ARRAY[n] FROM made RETURNING id
)
INSERT INTO contact (id, workspace_id, version, created_at, updated_at, name, name_key, name_sort, email, email_key)
SELECT id, %(w)s, 1, now(), now(), 'Floor ' || n, 'floor ' || n, 'floor ' || n, n || '@floor.example', n || '@floor.example' FROM made
"""


def rows_a_second(office: Company, many: int) -> dict[str, float]:
    """{"dry run", "import", "again", "raw SQL"}: new contacts found by their e-mail, then the same file without a change.

    What was taken in is undone afterwards, so that the base stays as it was.
    """
    file = _file(many)
    entity = registry.kind("contact")
    assert entity is not None
    found = {}
    first = _start(office, file)
    found["dry run"] = many / _seconds(office, first, "dry_run")
    found["import"] = many / _seconds(office, first, "run_import")
    again = _start(office, file)
    found["again"] = many / _seconds(office, again, "run_import")
    _seconds(office, first, "undo_import")
    begun = time.monotonic()
    with scope(office.id), transaction.atomic(), connection.cursor() as cursor:
        for _ in range(10):
            cursor.execute(FLOOR, {"w": office.id})
        transaction.set_rollback(True)
    found["raw SQL"] = 5_000 / (time.monotonic() - begun)
    return found


def _file(many: int) -> bytes:
    """CSV: name, mail, mobile and job title of people whom the base does not have."""
    dice = random.Random(many)  # noqa: S311
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["Name", "Email", "Mobile", "Job title"])
    for number in range(many):
        name = dice.choice(chinese.SURNAMES) + dice.choice((*chinese.GIVEN_FEMALE, *chinese.GIVEN_MALE))
        table.writerow([name, f"new{number}@import{number % 997}.example", f"+86139{number:08}", "Buyer"])
    return out.getvalue().encode()


def _start(office: Company, file: bytes) -> ImportRun:
    entity = registry.kind("contact")
    assert entity is not None
    with office.as_("admin"):
        run = actions.start_import(entity, "contacts.csv", [file])
        return actions.map_columns(run, run.mapping, {"key": "email"})


def _seconds(office: Company, run: ImportRun, act: str) -> float:
    begun = time.monotonic()
    with office.as_("admin"):
        getattr(actions, act)(run)
    run_jobs(office.id)
    with office.as_("admin"):
        done = ImportRun.objects.get(pk=run.pk)
    assert done.state in (ImportState.CHECKED, ImportState.DONE, ImportState.UNDONE), (done.state, done.error)
    assert not done.counts.get("reject"), done.counts
    return time.monotonic() - begun
