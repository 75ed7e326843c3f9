"""Periodic work of sales."""

import datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from crm.kernel.base.clock import now
from crm.kernel.queue.registry import periodic
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id
from crm.sales.actions import leads as acts
from crm.sales.queries import leads

#: So many leads are moved at one time; the rest follows an hour later.
MOST = 500


@periodic("17 * * * *", "sales.leads")
def turn_leads_over() -> None:
    """Leads whose day has come reappear; leads with which nothing happens go back to the pool."""
    workspace = Workspace.objects.get(pk=current_workspace_id())
    today = now().astimezone(ZoneInfo(workspace.time_zone)).date()
    with translation.override(workspace.language):
        due = leads.due_back(today, MOST)
        if due:
            acts.let_come_back(due)
        days = leads.idle_days()
        quiet = leads.idle(now() - datetime.timedelta(days=days), MOST) if days else []
        if quiet:
            acts.give_back(quiet, days)
