"""Names that Kith ships: kept once, told in the language of whoever reads, found by the wording of any language."""

import csv
import datetime
import io
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import override

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.entity import shipped
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions as exchange
from crm.kernel.exchange import queries as runs
from crm.kernel.exchange.store import place
from crm.kernel.identity.models import User
from crm.kernel.queue.runner import run_task
from crm.kernel.records.models import RecordRow
from crm.kernel.records.writing import change, create
from crm.kernel.testing.cast import Company
from crm.sales import actions, queries
from crm.sales.models import LostReason, Opportunity, Stage

ENGLISH, CHINESE, TAIWAN = "Discovery", "需求确认", "需求確認"


@pytest.fixture
def both(north: Company) -> Company:
    """Ada reads English, Bo Chinese; Ada has one deal in the first stage and one in the second."""
    with north.as_kith():
        User.objects.filter(pk=north.people["bo"].pk).update(language="zh-hans")
        stages = list(Stage.objects.order_by("position"))
    north.make("opportunity", {"name": "Lenses", "stage": stages[0].pk}, by="ada")
    north.make("opportunity", {"name": "Frames", "stage": stages[1].pk}, by="ada")
    return north


def first(company: Company) -> Stage:
    with company.as_kith():
        return Stage.objects.get(name=ENGLISH)


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def test_no_wording_of_a_language_stands_for_two_names() -> None:
    names = sorted(shipped._CONTEXTS)
    assert {ENGLISH, "Price", "supplies", "Sales"} <= set(names)
    for code, _label in settings.LANGUAGES:
        with override(code):
            told = [shipped.told(name) for name in names]
        assert len(set(told)) == len(names), code
        assert code == "en" or not set(told) & set(names), f"{code} lacks words"


def test_a_company_founded_in_chinese_keeps_the_same_names(both: Company) -> None:
    with override("zh-hans"), both.as_kith():
        pipeline = actions.found_pipeline("续约", main=False)
        assert [one.name for one in queries.stages_of(pipeline.pk)][:2] == [ENGLISH, "Chosen"]
        titles = set(RecordRow.objects.filter(kind="stage").values_list("title", flat=True))
        assert ENGLISH in titles and CHINESE not in titles
    said = both.browser("admin").get("/sales/pipelines/").content.decode()
    assert "续约" in said, "a name that was typed is shown as it was typed"


@pytest.mark.parametrize(
    ("who", "mine", "theirs", "address"),
    [
        (who, mine, theirs, address)
        for who, mine, theirs in (("ada", ENGLISH, CHINESE), ("bo", CHINESE, ENGLISH))
        for address in ("/opportunities/", "/opportunities/board", "/sales/", "/", "/opportunities/{deal}/")
    ],
)
def test_every_screen_tells_the_stage_in_the_readers_language(both: Company, who: str, mine: str, theirs: str, address: str) -> None:
    with both.as_kith():
        deal = Opportunity.objects.get(name="Lenses")
        Opportunity.objects.filter(pk=deal.pk).update(owner_id=both.people[who].pk, closes=deal.opened_on)
        step = {"type": "task", "subject": "x", "record": deal.pk, "owner": both.people[who].pk, "due": now() + datetime.timedelta(days=3)}
        create(kind("activity"), step)
    answer = both.browser(who).get(address.format(deal=deal.pk))
    page = answer.content.decode()
    assert answer.status_code == 200 and mine in page and theirs not in page


def test_history_and_pickers_tell_it_too(both: Company) -> None:
    with both.as_("ada"):
        deal = Opportunity.objects.get(name="Frames")
        change(kind("opportunity"), deal.pk, {"stage": first(both).pk})
    for who, mine, theirs in (("ada", ENGLISH, CHINESE), ("bo", CHINESE, ENGLISH)):
        browser = both.browser(who)
        tab = browser.get(f"/opportunities/{deal.pk}/tab/history").content.decode()
        assert mine in tab and theirs not in tab
        for letters in (ENGLISH[:4], CHINESE[:2]):
            hits = browser.get("/lookup/stages", {"q": letters}).json()["items"]
            assert [hit["title"] for hit in hits] == [mine], letters


@pytest.mark.parametrize("wording", [ENGLISH, CHINESE, TAIWAN, "discovery"])
def test_either_wording_filters_the_list_and_the_api(both: Company, wording: str) -> None:
    for test in (f"stage = {wording}", f"stage.name = {wording}", f"stage in ({wording})", f"stage.name ~ {wording[:3]}"):
        page = both.browser("bo").get("/opportunities/", {"filter": test}).content.decode()
        assert "Lenses" in page and "Frames" not in page, test
        items = both.api("ada").get("/api/v1/opportunities", {"filter": test}).json()["items"]
        assert [one["name"] for one in items] == ["Lenses"], test
    others = both.api("ada").get("/api/v1/opportunities", {"filter": f"stage != {wording}"}).json()["items"]
    assert [one["name"] for one in others] == ["Frames"]


def test_the_filter_editor_offers_and_shows_the_readers_words(both: Company) -> None:
    said = both.browser("bo").get("/opportunities/", {"filter": f"stage = {first(both).pk}"}).content.decode()
    assert CHINESE in said and ENGLISH not in said
    form = both.browser("bo").get(f"/opportunities/{deal_of(both)}/edit").content.decode()
    assert CHINESE in form and ENGLISH not in form


def deal_of(company: Company) -> Any:
    with company.as_kith():
        return Opportunity.objects.get(name="Lenses").pk


def test_the_name_is_kept_when_the_chinese_form_is_saved_unchanged(both: Company) -> None:
    with both.as_kith():
        User.objects.filter(pk=both.people["admin"].pk).update(language="zh-hans")
    stage = first(both)
    browser = both.browser("admin")
    page = browser.get("/sales/pipelines/").content.decode()
    assert f'value="{CHINESE}"' in page and f'value="{ENGLISH}"' not in page
    answer = browser.post(f"/sales/pipelines/{stage.pipeline_id}", {"name": "销售", f"name_{stage.pk}": CHINESE})
    assert answer.status_code == 302
    with both.as_kith():
        after = Stage.objects.get(pk=stage.pk)
    assert (after.name, after.version) == (ENGLISH, stage.version)
    browser.post(f"/sales/pipelines/{stage.pipeline_id}", {"name": "销售", f"name_{stage.pk}": "头一回见面"})
    for who in ("ada", "bo"):
        assert "头一回见面" in both.browser(who).get("/opportunities/board").content.decode()


def test_a_name_is_taken_in_every_language(both: Company) -> None:
    for wording in ("Price", "价格", "價格"):
        with pytest.raises(Wrong):
            both.make("lost_reason", {"name": wording})
    with both.as_kith():
        assert LostReason.objects.count() == len(actions.FIRST_REASONS)


@pytest.mark.parametrize("who", ["admin", "bo"])
def test_an_import_finds_the_stage_by_either_wording(both: Company, who: str) -> None:
    text = f"Name,Stage\nOne,{ENGLISH}\nTwo,{CHINESE}\nThree,{TAIWAN}\n"
    with both.as_(who):
        run = exchange.start_import(kind("opportunity"), "deals.csv", [text.encode()])
        run = exchange.map_columns(run, {"Name": "name", "Stage": "stage"}, run.options)
    for act in (exchange.dry_run, exchange.run_import):
        with both.as_(who):
            task = act(runs.import_run(run.pk)).task_id
        assert task is not None
        run_task(both.id, task, lambda: False)
    with both.as_kith():
        made = Opportunity.objects.filter(name__in=["One", "Two", "Three"])
        assert {one.stage_id for one in made} == {first(both).pk} and len(made) == 3


@pytest.mark.parametrize(("who", "mine"), [("ada", ENGLISH), ("bo", CHINESE)])
def test_an_export_speaks_the_language_of_whoever_asked(both: Company, who: str, mine: str) -> None:
    for plural, columns in (("opportunity", ["name", "stage"]), ("stage", ["name", "kind"])):
        with both.as_(who):
            run = exchange.start_export(kind(plural), columns=columns, form="csv")
        assert run.task_id is not None
        run_task(both.id, run.task_id, lambda: False)
        with both.as_(who):
            rows = list(csv.reader(io.StringIO(place(run.pk, "csv").read_text("utf-8-sig"))))
        assert mine in {cell for row in rows for cell in row}


def test_the_api_keeps_one_name_whoever_asks(both: Company) -> None:
    stage = first(both)
    for who in ("ada", "bo"):
        assert both.api(who).get(f"/api/v1/stages/{stage.pk}").json()["name"] == ENGLISH
