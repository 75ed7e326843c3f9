"""Periodic work, done workspace by workspace."""

import logging

from django.db import InterfaceError, OperationalError

from crm.kernel.identity.actor import system_actor
from crm.kernel.queue.registry import Periodic
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import scope

logger = logging.getLogger("kith.queue")


def run_everywhere(work: Periodic) -> int:
    """Runs the work in every workspace that has such work, each in its own scope; answers in how many it succeeded.

    What fails in one workspace is logged and does not keep it from the others. Raises only where the database is away.
    """
    good = 0
    for workspace_id in workspace_ids(work.where) if work.where else workspace_ids():
        try:
            with scope(workspace_id, system_actor(workspace_id), reason=work.name):
                if in_use(work.body):
                    work.body()
            good += 1
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            logger.exception("periodic work %s failed in workspace %s", work.name, workspace_id)
    return good
