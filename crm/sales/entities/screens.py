"""What sales puts on the generic screens: the stage bar, the way through the stages, deals on my day, the menu."""

import datetime
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.customers.entities.day import SOON, new_step
from crm.customers.entities.ranking import DATES, Candidate, Day, Names, finds
from crm.customers.queries import circle_of
from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.pages import myday, timeline, wording
from crm.kernel.pages.boards import sums
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.links import list_address
from crm.kernel.pages.navigation import entry
from crm.kernel.pages.panels import panel, tab
from crm.kernel.records.reading import called
from crm.kernel.tenancy.scope import current_actor
from crm.sales import queries
from crm.sales.entities.policies import SETUP
from crm.sales.models.pipeline import StageKind
from crm.sales.queries import figures

entry(_("Sales"), "/sales/", "chart", group="understand", order=10, key="sales", go="s")
entry(_("Pipelines"), "/sales/pipelines/", "funnel", group="setup", order=20, key="pipelines", needs=SETUP)


@panel("opportunity", "way", label=_("Stage"), template="sales/way.jinja", where="top", order=10)
def way(record: Any, actor: Any) -> Mapping[str, Any] | None:
    """The stages of the deal's pipeline, how long it was in each, and where it is; a click moves it."""
    entity = registry.kind("opportunity")
    assert entity is not None
    steps = queries.way_of(record)
    return {
        "steps": steps,
        "may": policy_for(entity).may(actor, "edit", record),
        "late": {step.stage.pk for step in steps if _slow(step)},
        "closed": record.stage.kind != StageKind.OPEN,
        "times": {step.stage.pk: _long(step.days) for step in steps},
    }


def _slow(step: queries.Step) -> bool:
    usual = step.stage.usual_days
    return step.state == "here" and bool(usual) and step.days is not None and step.days > 2 * usual


def _long(days: float | None) -> str:
    """3 h, 12 d: how long it was there."""
    if days is None:
        return ""
    return _t("%(n)s h") % {"n": max(1, round(days * 24))} if days < 1 else _t("%(n)s d") % {"n": round(days)}


@tab("opportunity", "stages", label=_("Stages"), template="sales/stays.jinja", order=30)
def stays(record: Any, actor: Any) -> Mapping[str, Any]:
    """Every stay in a stage, newest first."""
    found = queries.history_of(record)
    return {"stays": found, "times": {one.pk: _long(_days(one)) for one in found}, "count": len(found)}


def _days(one: Any) -> float:
    return float(((one.left_at or now()) - one.entered_at) / queries.DAY)


@timeline.source("*")
def moves(record: Any, actor: Any, before: datetime.datetime | None, limit: int) -> list[timeline.Item]:
    """Moves of the deal in view, or of the deals of the customer in view, from stage to stage."""
    deals = [pk for pk, kind in circle_of(record).items() if kind == "opportunity"]
    entity = registry.kind("opportunity")
    assert entity is not None
    return [_move(entity, one, record) for one in queries.moves_of(deals, before, limit)] if deals else []


_TONES = {StageKind.WON: "listen", StageKind.LOST: "bad"}


def _move(entity: Any, one: Any, record: Any) -> timeline.Item:
    kind = StageKind(one.stage.kind)
    name = one.opportunity.name
    head = {StageKind.WON: _t("%(deal)s was won"), StageKind.LOST: _t("%(deal)s was lost")}.get(kind, _t("%(deal)s moved to %(stage)s"))
    here = one.opportunity_id == record.pk
    return timeline.Item(
        one.entered_at,
        "check" if kind == StageKind.WON else "x" if kind == StageKind.LOST else "flow",
        head % {"deal": name, "stage": called(one.stage)},
        source=_t("Deal"),
        tone=_TONES.get(kind, ""),
        url="" if here else record_url(entity, one.opportunity_id),
        who=one.by.name if one.by else "",
        key=str(one.pk),
    )


@myday.contribute(order=35)
def my_figures(actor: Any, moment: datetime.datetime) -> myday.Section | None:
    """What I have won this month and what is open; each leads to its deals."""
    entity = registry.kind("opportunity")
    if entity is None or actor.id is None or not policy_for(entity).may(actor, "view"):
        return None
    won, still = figures.my_figures()
    items = []
    for figure, icon in ((won, "check"), (still, "deal")):
        main, others = sums({code: money.minor for code, money in figure.sums.items()}, wording.reading())
        many = ngettext("%(num)s deal", "%(num)s deals", figure.count) % {"num": figure.count}
        items.append(
            myday.Item(
                title=figure.label,
                url=list_address(entity, figure.filter),
                subtitle=" · ".join(filter(None, [many, others])),
                value=main or "–",
                icon=icon,
            )
        )
    return myday.Section("figures", _("My deals"), items, where="side", shape="figures") if won.count or still.count else None


@myday.contribute(order=40)
def my_deals(actor: Any, moment: datetime.datetime) -> myday.Section | None:
    """My open deals that close within two weeks; those past their day are among what to do next."""
    entity = registry.kind("opportunity")
    if entity is None or actor.id is None or not policy_for(entity).may(actor, "view"):
        return None
    day = wording.today()
    last = day + datetime.timedelta(days=14)

    def rows(stages: list[UUID]) -> Any:
        return visible(entity).filter(owner_id=current_actor().id, stage_id__among=stages, closes__gte=day, closes__lt=last)

    def first(stages: list[UUID]) -> Any:
        return rows(stages).select_related("stage", "account").order_by("closes", "id")[:SOON]

    stages = list(figures.open_stages())
    soon = lasting(("my deals", day), first, stages, prepared=False)
    items = [_deal(entity, one, day, moment) for one in soon]
    return myday.Section(
        "deals",
        _("Deals that close soon"),
        items,
        shape="deals",
        count=rows(stages).count() if len(items) == SOON else len(items),
        more_label=_("Board"),
        more_url=reverse("pages.board", kwargs={"entity": entity}),
        empty=_("None of your deals closes within two weeks."),
    )


def _deal(entity: Any, one: Any, day: datetime.date, moment: datetime.datetime) -> myday.Item:
    amount = entity.fields["amount"].value(one)
    days = (moment - one.stage_since).days if one.stage_since else 0
    stuck = bool(one.stage.usual_days) and days > 2 * one.stage.usual_days
    why = _t("%(days)s days in this stage, usually %(usual)s") % {"days": days, "usual": one.stage.usual_days} if stuck else ""
    late = one.closes is not None and one.closes < day
    return myday.Item(
        title=one.name,
        url=record_url(entity, one.pk),
        subtitle=one.account.name if one.account else "",
        act_label=called(one.stage),
        icon="deal",
        why=why or (_t("Past its expected close") if late else ""),
        due=str(wording.due(one.closes)),
        tone="bad" if late else "warn" if stuck else "",
        value=wording.short_money(amount) if amount else "",
        square=True,
    )


MOST_DEALS = 300
DATES["opportunity"] = "closes"


@finds(50)
def open_deals(day: Day) -> Iterator[Candidate]:
    """My open deals that should have closed, stand still, or have nothing planned."""
    entity, activities = registry.kind("opportunity"), registry.kind("activity")
    if entity is None or activities is None or not policy_for(entity).may(day.actor, "view"):
        return
    stages, today = figures.open_stages(), wording.today()
    columns = ("pk", "name", "closes", "stage_id", "stage_since", "account_id", "planned")

    def rows(some: list[UUID]) -> Any:
        planned = Exists(activities.model._default_manager.filter(record_id=OuterRef("pk"), done_at=None, deleted_at=None))
        found = visible(entity).filter(owner_id=current_actor().id, stage_id__among=some).annotate(planned=planned)
        return found.order_by("closes", "id").values_list(*columns, named=True)[:MOST_DEALS]

    for one in lasting(("open deals",), rows, list(stages), prepared=False):
        past = (today - one.closes).days if one.closes else 0
        stood = (day.moment - one.stage_since).days if one.stage_since else 0
        usual = stages[one.stage_id]
        about = (one.account_id, one.stage_id)
        if past > 0:
            yield Candidate("closes", one.pk, entity.kind, partial(_past, one, past), past / 30, about)
        if usual and stood > 2 * usual:
            yield Candidate("stuck", one.pk, entity.kind, partial(_stuck, one, stood, usual), stood / usual / 6, about)
        if not one.planned and one.pk not in day.planned:
            yield Candidate("no_step", one.pk, entity.kind, partial(_unplanned, one), about=about)


def _past(one: Any, days: int, names: Names) -> myday.Item:
    why = ngettext("Should have closed %(num)s day ago", "Should have closed %(num)s days ago", days) % {"num": days}
    item = _line(one, why, names)
    return myday.replaced(item, tone="bad", act_label=_("Move the date"), act_url=f"{item.url}edit")


def _stuck(one: Any, days: int, usual: int, names: Names) -> myday.Item:
    said = {"days": days, "stage": names.get(one.stage_id, ""), "usual": usual}
    item = _line(one, _t("%(days)s days in “%(stage)s”, usually %(usual)s") % said, names)
    return myday.replaced(item, act_label=_("Log call"), act_url=new_step(one.pk, "call"))


def _unplanned(one: Any, names: Names) -> myday.Item:
    item = _line(one, _t("No next step is planned"), names)
    return myday.replaced(item, act_label=_("Plan"), act_url=new_step(one.pk, "task"))


def _line(one: Any, why: str, names: Names) -> myday.Item:
    entity = registry.kind("opportunity")
    assert entity is not None
    said = " · ".join(filter(None, [why, names.get(one.account_id, "")]))
    return myday.Item(title=one.name, url=record_url(entity, one.pk), why=said, icon="deal", kind="ask")
