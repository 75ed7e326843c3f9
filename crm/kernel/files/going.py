"""Removing files for good."""

from functools import partial
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from crm.kernel.files import storage
from crm.kernel.files.models import FileRef
from crm.kernel.tenancy.scope import current_workspace_id


def gone(pk: UUID) -> bool:
    """Deletes the row of a file, its contents follow; False where another row needs it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            FileRef.objects.filter(pk=pk).delete()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError:
        return False
    return True


def purged(row: FileRef) -> bool:
    """As `gone`; the contents leave the disk when the transaction commits."""
    if not gone(row.pk):
        return False
    transaction.on_commit(partial(storage.remove, current_workspace_id(), row.pk))
    return True
