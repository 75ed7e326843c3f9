"""A deal's way: pipeline, probability and closing day follow the stage; win, lose, reopen; who may."""

import datetime
from decimal import Decimal

import pytest

from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.records.actions import available, perform
from crm.kernel.records.writing import change, create, remove
from crm.kernel.testing.cast import Company
from crm.sales import actions, queries
from crm.sales.models import LostReason, Opportunity, Pipeline, Stage, StageChange


def kind(name):
    found = registry.kind(name)
    assert found is not None
    return found


def stage(company: Company, name: str) -> Stage:
    with company.as_kith():
        return Stage.objects.get(name=name, pipeline__main=True)


def news(company: Company, record: Opportunity) -> list[str]:
    with company.as_kith():
        rows = OutboxEvent.objects.filter(record=record.pk, name__startswith="sales.").order_by("number")
        return [row.name for row in rows]


def test_a_new_workspace_has_a_pipeline_with_stages_and_reasons(north: Company) -> None:
    with north.as_("ada"):
        pipeline = queries.main_pipeline()
        assert pipeline is not None and pipeline.main
        assert [one.kind for one in queries.stages_of(pipeline.pk)] == ["open", "open", "open", "open", "won", "lost"]
        assert len(queries.lost_reasons()) == 6


def test_a_new_deal_starts_in_the_first_stage_with_its_probability(north: Company) -> None:
    deal = north.make("opportunity", {"name": "UV", "amount": "1054"}, by="ada")
    first = stage(north, "Discovery")
    assert (deal.stage_id, deal.pipeline_id, deal.probability) == (first.pk, first.pipeline_id, Decimal(20))
    assert deal.opened_on is not None and deal.closed_on is None and deal.stage_since is not None


def test_pipeline_and_probability_follow_the_stage_unless_said_otherwise(north: Company) -> None:
    deal = north.make("opportunity", {"name": "UV"})
    with north.as_("admin"):
        moved = change(kind("opportunity"), deal.pk, {"stage": stage(north, "Proposal").pk})
        assert moved.probability == 60
        said = change(kind("opportunity"), deal.pk, {"stage": stage(north, "Negotiation").pk, "probability": "33"})
        assert said.probability == 33
        other = actions.found_pipeline("Renewals", main=False)
        there = change(kind("opportunity"), deal.pk, {"pipeline": other.pk})
        assert (there.stage.name, there.stage.pipeline_id) == ("Negotiation", other.pk)


def test_the_way_is_kept_with_time_in_each_stage(north: Company) -> None:
    deal = north.make("opportunity", {"name": "UV"}, by="ada")
    with north.as_("ada"):
        for name in ("Chosen", "Negotiation"):
            perform(kind("opportunity"), "move_stage", deal.pk, {"stage": str(stage(north, name).pk)})
        stays = list(StageChange.objects.filter(opportunity_id=deal.pk).order_by("entered_at"))
        assert [one.stage.name for one in stays] == ["Discovery", "Chosen", "Negotiation"]
        assert [one.left_at for one in stays[:2]] == [one.entered_at for one in stays[1:]] and stays[2].left_at is None
        deal.refresh_from_db()
        steps = queries.way_of(deal)
        assert [(one.stage.name, one.state) for one in steps] == [
            ("Discovery", "done"),
            ("Chosen", "done"),
            ("Proposal", "skipped"),
            ("Negotiation", "here"),
            ("Won", "next"),
        ]
    assert news(north, deal) == ["sales.opportunity-moved"] * 2


def test_win(north: Company) -> None:
    deal = north.make("opportunity", {"name": "UV", "amount": "1054.50"}, by="ada")
    with north.as_("ada"):
        won = perform(kind("opportunity"), "win", deal.pk, {"closed_on": "2026-11-02"})
        assert (won.stage.kind, won.closed_on, won.probability) == ("won", datetime.date(2026, 11, 2), 100)
        assert [one.name for one in available(kind("opportunity"), won)] == ["lose", "reopen", "move_stage", "change_pipeline"]
        with pytest.raises(Wrong):
            perform(kind("opportunity"), "win", deal.pk, {})
        event = OutboxEvent.objects.get(record=deal.pk, name="sales.opportunity-won")
        assert event.payload["amount"] == "1054.50" and event.payload["currency"] == "CNY"


def test_lose_needs_a_reason_and_reopen_takes_it_back(north: Company) -> None:
    deal = north.make("opportunity", {"name": "UV"}, by="ada")
    with north.as_("ada"):
        perform(kind("opportunity"), "move_stage", deal.pk, {"stage": str(stage(north, "Proposal").pk)})
        with pytest.raises(Wrong) as refusal:
            perform(kind("opportunity"), "lose", deal.pk, {})
        assert "lost_reason" in refusal.value.fields
        reason = LostReason.objects.get(name="Price")
        lost = perform(kind("opportunity"), "lose", deal.pk, {"lost_reason": str(reason.pk)})
        assert (lost.stage.kind, lost.lost_reason_id, lost.probability) == ("lost", reason.pk, 0) and lost.closed_on is not None
        again = perform(kind("opportunity"), "reopen", deal.pk, {})
        assert (again.stage.name, again.closed_on, again.lost_reason_id, again.probability) == ("Proposal", None, None, 60)
    assert news(north, deal)[-3:] == ["sales.opportunity-lost", "sales.opportunity-moved", "sales.opportunity-reopened"]


def test_an_open_deal_has_no_closing_day(north: Company) -> None:
    with pytest.raises(Wrong) as refusal:
        north.make("opportunity", {"name": "UV", "closed_on": "2026-11-02"})
    assert "closed_on" in refusal.value.fields


def test_a_deal_imported_as_won_keeps_its_own_closing_day(north: Company) -> None:
    values = {"name": "GTX Basic", "stage": stage(north, "Won").pk, "opened_on": "2016-10-20", "closed_on": "2017-03-01", "amount": "1054"}
    deal = north.make("opportunity", values)
    assert (deal.closed_on, deal.probability, deal.stage_since.year) == (datetime.date(2017, 3, 1), 100, 2017)


def test_who_may_not_change_it_moves_nothing(north: Company, south: Company) -> None:
    deal = north.make("opportunity", {"name": "UV"}, by="ada")
    won = str(stage(north, "Won").pk)
    for name, refusal in (("vi", NotAllowed), ("cleo", NotFound)):
        for act, given in (("win", {}), ("move_stage", {"stage": won})):
            with north.as_(name), pytest.raises(refusal):
                perform(kind("opportunity"), act, deal.pk, given)
    with south.as_("admin"), pytest.raises(NotFound):
        perform(kind("opportunity"), "win", deal.pk, {})
    with north.as_("ada"):
        assert Opportunity.objects.get(pk=deal.pk).stage.name == "Discovery"


def test_a_deal_cannot_go_into_another_companys_stage(north: Company, south: Company) -> None:
    deal = north.make("opportunity", {"name": "UV"})
    theirs = stage(south, "Won")
    with north.as_("admin"), pytest.raises(Wrong):
        change(kind("opportunity"), deal.pk, {"stage": theirs.pk})


def test_people_in_a_deal_have_parts_and_go_with_the_deal(north: Company) -> None:
    deal = north.make("opportunity", {"name": "UV"}, by="cleo")
    person = north.make("contact", {"name": "吴建国"}, by="cleo")
    made = north.make("opportunity_contact", {"opportunity": deal.pk, "contact": person.pk, "role": "decides"}, by="cleo")
    assert made.role == "decides"
    with north.as_("ada"), pytest.raises(NotFound):
        change(kind("opportunity_contact"), made.pk, {"role": "uses"})


def test_pipelines_are_read_by_all_and_changed_by_who_sets_up(north: Company) -> None:
    first = stage(north, "Discovery")
    for name in ("ada", "bo", "vi"):
        with north.as_(name):
            assert queries.main_pipeline() is not None
            for act in (lambda: change(kind("stage"), first.pk, {"probability": 90}), lambda: create(kind("pipeline"), {"name": "Mine"})):
                with pytest.raises(NotAllowed):
                    act()
    with north.as_("admin"):
        assert change(kind("stage"), first.pk, {"probability": "25"}).probability == 25


def test_stages_keep_a_pipeline_usable(north: Company) -> None:
    won, first = stage(north, "Won"), stage(north, "Discovery")
    north.make("opportunity", {"name": "UV"})
    with north.as_("admin"):
        for values in ({"retired": True}, {"kind": "open"}):
            with pytest.raises(Wrong):
                change(kind("stage"), won.pk, values)
        with pytest.raises(Wrong):
            change(kind("stage"), first.pk, {"probability": "101"})
        with pytest.raises(Wrong):
            change(kind("stage"), first.pk, {"name": "PROPOSAL"})
        for one in (won, first):
            with pytest.raises(Wrong):
                remove(kind("stage"), one.pk)
        remove(kind("stage"), stage(north, "Chosen").pk)
        assert "Chosen" not in [one.name for one in queries.stages_of(first.pipeline_id)]


def test_there_is_one_main_pipeline(north: Company) -> None:
    with north.as_("admin"):
        old = queries.main_pipeline()
        new = actions.found_pipeline("Renewals", main=False)
        assert old is not None and not new.main
        with pytest.raises(Wrong):
            change(kind("pipeline"), old.pk, {"main": False})
        change(kind("pipeline"), new.pk, {"main": True})
        assert [one.name for one in Pipeline.objects.filter(main=True)] == ["Renewals"]
        assert create(kind("opportunity"), {"name": "x"}).pipeline_id == new.pk
