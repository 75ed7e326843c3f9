"""`/healthz` says that the process is up, `/readyz` that it can do its work. Both without sign-in."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

_applied = False


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 once the database answers and all migrations are applied, else 503 with the reason."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = _waiting()
    except (InterfaceError, OperationalError):
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    if waiting:
        return HttpResponse(f"{waiting} migrations are not applied\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def _waiting() -> int:
    """How many migrations are missing. Asked until it is none; a running process's code asks for no more."""
    global _applied
    if _applied:
        return 0
    executor = MigrationExecutor(connection)
    found = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _applied = found == 0
    return found
