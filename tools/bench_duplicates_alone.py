"""The check for duplicates on N accounts in the database of the tests: `python tools/bench_duplicates_alone.py 200000`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg

from config.database import secrets_for
from conftest import Harness

SLAB = 20_000


def main(many: int) -> None:
    """Builds the base and prints µs a row and ms a check."""
    harness = Harness("bench")
    harness.start()
    try:
        import django  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        django.setup()
        from crm.kernel.testing.cast import company  # noqa: PLC0415
        from tools.bench_duplicates import figures, fill  # noqa: PLC0415

        office = company("Bench")
        for start in range(0, many, SLAB):
            with office.as_kith():
                spent = fill(min(SLAB, many - start), start + 1)
        print({step: round(value) for step, value in spent.items()}, "µs a row in the last slab")
        connection.close()
        with psycopg.connect(harness.url("postgres", secrets_for(harness.data).superuser, harness.name), autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")  # as the server does by itself after many rows
        found = figures(office.id, office.people["admin"].pk)
        print({name: round(value, 1) for name, value in found.items()})
    finally:
        harness.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
