"""Clearing away contents that no row names: uploads that were cut off or rolled back, and private files of old."""

import datetime
import time

from crm.kernel.base.clock import now
from crm.kernel.files import storage
from crm.kernel.files.models import FileRef
from crm.kernel.queue.registry import periodic
from crm.kernel.tenancy.scope import current_workspace_id

A_DAY = 86_400
KEPT = datetime.timedelta(days=30)


@periodic("7 4 * * *", "files.sweep")
def sweep() -> None:
    """Removes private files after 30 days, and contents older than a day that no row names."""
    FileRef.objects.filter(record=None, created_at__lt=now() - KEPT).delete()
    workspace_id = current_workspace_id()
    known = set(FileRef.objects.values_list("id", flat=True))
    for path, file_id in storage.kept(workspace_id, time.time() - A_DAY):
        if file_id not in known:
            path.unlink(missing_ok=True)
