"""Leads on my day: those with which nothing happens and nothing is planned."""

import datetime
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from crm.customers.entities.day import new_step
from crm.customers.entities.ranking import Candidate, Day, Names, finds
from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.pages import myday, wording
from crm.kernel.pages.cells import record_url
from crm.kernel.tenancy.scope import current_actor
from crm.sales.models.lead import OPEN
from crm.sales.queries.carried import kind_of

#: After so many days a lead should hear from whom it belongs to; so many are looked at.
QUIET_DAYS, MOST_LEADS = 3, 200


@finds(60)
def quiet_leads(day: Day) -> Iterator[Candidate]:
    """My open leads that nobody has spoken with for some days and for which nothing is planned, the promising ones first."""
    entity, activities = kind_of("lead"), kind_of("activity")
    hidden = policy_for(entity).hidden(day.actor)
    if not policy_for(entity).may(day.actor, "view") or hidden & {"status", "owner"}:
        return
    columns = ("pk", "name", "company", "score", "moved_at", "spoken")
    before = day.moment - datetime.timedelta(days=QUIET_DAYS)

    def rows(before: datetime.datetime, moment: datetime.datetime) -> Any:
        acts = activities.model._default_manager.filter(record_id=OuterRef("pk"), deleted_at=None).order_by()
        last = Subquery(acts.filter(done_at__lte=moment).values("record_id").annotate(last=Max("done_at")).values("last"))
        found = visible(entity).filter(owner_id=current_actor().id, status__in=OPEN, moved_at__lt=before).annotate(spoken=last)
        found = found.filter(~Exists(acts.filter(done_at=None)), Q(spoken=None) | Q(spoken__lt=before))
        return found.order_by("-score", "moved_at", "id").values_list(*columns, named=True)[:MOST_LEADS]

    for one in lasting(("quiet leads",), rows, before, day.moment):
        days = (day.moment - (one.spoken or one.moved_at)).days
        points = max(0, one.score or 0) if "score" not in hidden else 0
        yield Candidate("lead", one.pk, entity.kind, partial(_line, one, days, points, hidden), days / 28 + points / 200)


def _line(one: Any, days: int, points: int, hidden: frozenset[str], names: Names) -> myday.Item:
    if one.spoken is None:
        why = ngettext("Nobody has spoken with them for %(num)s day", "Nobody has spoken with them for %(num)s days", days)
    else:
        why = ngettext("No word for %(num)s day, and nothing is planned", "No word for %(num)s days, and nothing is planned", days)
    return myday.Item(
        title=one.name,
        url=record_url(kind_of("lead"), one.pk),
        why=" · ".join(filter(None, [why % {"num": days}, one.company if "company" not in hidden else ""])),
        value=wording.number(points) if points else "",
        icon="target",
        kind="call",
        act_label=_t("Log call"),
        act_url=new_step(one.pk, "call"),
    )
