"""The sales page, the stage bar and the pipeline editor over HTTP."""

import datetime
import re
from urllib.parse import unquote_plus

import pytest

from crm.kernel.base.clock import now
from crm.kernel.entity.shipped import told
from crm.kernel.identity.models import Team, User
from crm.kernel.testing.cast import Company
from crm.sales import queries
from crm.sales.actions import STAGES_OF
from crm.sales.models import Opportunity, Pipeline, Stage
from crm.sales.models.pipeline import Selling
from crm.sales.queries import figures


def stages(company: Company) -> dict[str, Stage]:
    with company.as_kith():
        return {one.name: one for one in Stage.objects.filter(pipeline__main=True)}


def sell(company: Company, by: str, name: str, amount: str, **values: object) -> Opportunity:
    return company.make("opportunity", {"name": name, "amount": amount, **values}, by=by)


def filled(company: Company) -> dict[str, Stage]:
    """Two teams' deals: Ada has 100 and 50 open, 1,000 won and 30 lost; Cleo has 7 won."""
    found = stages(company)
    sell(company, "ada", "a", "100", closes="2020-01-01")
    sell(company, "ada", "b", "50", stage=found["Proposal"].pk)
    sell(company, "ada", "c", "1000", stage=found["Won"].pk)
    sell(company, "ada", "d", "30", stage=found["Lost"].pk)
    sell(company, "cleo", "e", "7", stage=found["Won"].pk)
    return found


@pytest.mark.parametrize(("who", "main", "others"), [("ada", "¥3.1k", "£400 · US$50"), ("cleo", "£400", "CN¥3.1k · US$50")])
def test_a_board_tells_its_sums_in_every_currency(north: Company, who: str, main: str, others: str) -> None:
    with north.as_kith():
        User.objects.filter(pk=north.people["cleo"].pk).update(currency="GBP")
    amounts = (("1000", "CNY"), ("2100", "CNY"), ("400", "GBP"), ("50", "USD"))
    made = [sell(north, who, f"Deal {amount}", amount, amount_currency=code) for amount, code in amounts]
    browser = north.browser(who)
    page = browser.get("/opportunities/board").content.decode()
    assert re.findall(r'data-head="(?:sum|others)">([^<]+)<', page) == [main, others]
    assert f'<b class="num">{main}</b><span class="num">· {others}</span>' in page
    won = stages(north)["Won"].pk
    answer = browser.post(f"/opportunities/{made[-1].pk}/move", {"value": str(won)}).json()
    heads = {head["value"]: head["texts"] for head in answer["columns"]}
    assert heads[str(won)] == {"count": "1", "sum": "US$50", "others": ""}
    assert heads[str(made[0].stage_id)] == {"count": "3", "sum": main, "others": others.removesuffix(" · US$50")}


def test_figures_are_those_of_the_rows_one_may_see(north: Company) -> None:
    filled(north)
    for name, open_, won, lost in (("ada", 150, 1000, 1), ("cleo", 0, 7, 0), ("admin", 150, 1007, 1)):
        with north.as_(name):
            assert figures.totals("open").minor("CNY") == open_ * 100
            assert figures.totals("won").minor("CNY") == won * 100
            assert figures.totals("lost").count == lost
            pipeline = queries.main_pipeline()
            assert pipeline is not None
            by_stage = {one.label: one.minor("CNY") for one in figures.pipeline_by_stage(pipeline)}
            assert by_stage["Won"] == won * 100 and sum(by_stage.values()) == sum((open_, won, 30 * lost)) * 100
            assert figures.won_by_month(12)[-1].minor("CNY") == won * 100


def test_the_page_tells_one_team_or_one_person(north: Company) -> None:
    filled(north)
    account = north.make("account", {"name": "A"}, by="ada")
    for who in ("ada", "cleo"):
        home = account.pk if who == "ada" else north.make("account", {"name": "B"}, by="cleo").pk
        values = {"type": "call", "subject": "x", "record": home, "done_at": now() - datetime.timedelta(days=1)}
        north.make("activity", values, by=who)
    admin = north.browser("admin")
    with north.as_("admin"):
        east, west = Team.objects.get(name="East"), Team.objects.get(name="West")
    ada, cleo = north.people["ada"], north.people["cleo"]
    for key, open_, won, people in (
        ("", 2, 2, {ada.name, cleo.name}), (f"team:{east.pk}", 2, 1, {ada.name}), (f"team:{west.pk}", 0, 1, {cleo.name}),
        (f"person:{ada.pk}", 2, 1, {ada.name}), (f"person:{cleo.pk}", 0, 1, {cleo.name}), ("person:nonsense", 2, 2, {ada.name, cleo.name}),
    ):  # fmt: skip
        page = admin.get("/sales/", {"whose": key}).content.decode()
        results = dict(re.findall(r'data-person="([^"]+)">.*?<a href="[^"]+">(\d+)</a>', page))
        assert results.keys() == people and sum(map(int, results.values())) == won, key
        assert set(re.findall(r'<th scope="row"><a href="/activities/[^"]+">([^<]+)</a>', page)) == people, key
        link = re.search(r'data-tile="open" href="([^"]+)"', page)
        assert link is not None
        listed = admin.get(link[1].replace("&amp;", "&")).content.decode()
        assert set(re.findall(r">\s*([a-e])\s*</a>", listed)) == ({"a", "b"} if open_ else set()), key
    page = north.browser("cleo").get("/sales/", {"whose": f"team:{east.pk}"}).content.decode()
    assert "data-person" not in page, "a choice shows nothing that one may not see"


def test_amounts_in_two_currencies_are_never_added(north: Company) -> None:
    sell(north, "ada", "a", "100")
    sell(north, "ada", "b", "100", amount_currency="JPY")
    with north.as_("ada"):
        sums = figures.totals("open").sums
    assert {code: str(money.decimal) for code, money in sums.items()} == {"CNY": "100.00", "JPY": "100"}


def test_every_tile_opens_just_its_records(north: Company) -> None:
    filled(north)
    admin = north.browser("admin")
    page = admin.get("/sales/").content.decode()
    links = dict(re.findall(r'data-tile="(\w+)" href="([^"]+)"', page))
    for tile, shown, hidden in (
        ("open", ("a", "b"), ("c", "d", "e")),
        ("won", ("c", "e"), ("a", "b", "d")),
        ("lost", ("d",), ("a", "b", "c", "e")),
        ("late", ("a",), ("b", "c", "d", "e")),
    ):
        body = admin.get(links[tile].replace("&amp;", "&"))
        assert body.status_code == 200, (tile, unquote_plus(links[tile]))
        names = set(re.findall(r">\s*([a-e])\s*</a>", body.content.decode()))
        assert names == set(shown), (tile, names)
        assert not names & set(hidden)


def test_what_is_overdue(north: Company) -> None:
    filled(north)
    account = north.make("account", {"name": "A"}, by="ada")
    for days, subject in ((-2, "late"), (2, "soon")):
        due = now() + datetime.timedelta(days=days)
        north.make("activity", {"type": "task", "subject": subject, "record": account.pk, "due": due}, by="ada")
    with north.as_("ada"):
        late, todo = figures.overdue()
        assert (late.count, todo.count) == (1, 1)
    with north.as_("cleo"):
        late, todo = figures.overdue()
        assert (late.count, todo.count) == (0, 0)


def test_activity_by_person_counts_what_was_done(north: Company) -> None:
    account = north.make("account", {"name": "A"}, by="ada")
    for back in (1, 2, 60):
        done = now() - datetime.timedelta(days=back)
        north.make("activity", {"type": "call", "subject": "x", "record": account.pk, "done_at": done}, by="ada")
    with north.as_("bo"):
        ((person, kinds, _filter),) = figures.activity_by_person(30)
    assert person.name == "Ada Whitfield" and kinds == {"call": 2}


def test_the_page_is_there_for_everybody_and_survives_bad_addresses(north: Company) -> None:
    for name in ("admin", "ada", "vi"):
        client = north.browser(name)
        for address in ("/sales/", "/sales/?months=18&days=7", "/sales/?months=-1&days=%00&pipeline=zz", "/sales/?months=²"):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert 'style="' not in answer.content.decode()


def test_the_stage_bar_moves_a_deal(north: Company) -> None:
    deal = sell(north, "ada", "UV", "10")
    found, ada = stages(north), north.browser("ada")
    page = ada.get(f"/opportunities/{deal.pk}/").content.decode()
    assert 'aria-current="step"' in page and f"/sales/deals/{deal.pk}/stage" in page
    assert ada.post(f"/sales/deals/{deal.pk}/stage", {"stage": str(found["Proposal"].pk)}).status_code == 302
    with north.as_("ada"):
        assert Opportunity.objects.get(pk=deal.pk).stage.name == "Proposal"
    assert ada.post(f"/sales/deals/{deal.pk}/stage", {"stage": "nonsense"}).status_code == 422
    assert north.browser("cleo").post(f"/sales/deals/{deal.pk}/stage", {"stage": str(found["Won"].pk)}).status_code == 404
    assert north.browser("vi").post(f"/sales/deals/{deal.pk}/stage", {"stage": str(found["Won"].pk)}).status_code == 403
    with north.as_("ada"):
        assert Opportunity.objects.get(pk=deal.pk).stage.name == "Proposal"


def test_the_pipeline_editor(north: Company) -> None:
    admin, found = north.browser("admin"), stages(north)
    pipeline = found["Won"].pipeline_id
    assert admin.get("/sales/pipelines/").status_code == 200
    assert admin.post(f"/sales/pipelines/{pipeline}/stages", {"name": "Engaging", "kind": "open", "probability": "35"}).status_code == 302
    assert stages(north)["Engaging"].probability == 35
    renamed = {"name": "New business", f"name_{found['Chosen'].pk}": "Qualified", f"probability_{found['Chosen'].pk}": "45"}
    assert admin.post(f"/sales/pipelines/{pipeline}", renamed).status_code == 302
    assert admin.post(f"/sales/stages/{found['Proposal'].pk}/order", {"way": "up"}).status_code == 302
    assert admin.post(f"/sales/stages/{found['Negotiation'].pk}/retire", {"retired": "1"}).status_code == 302
    assert admin.post("/sales/pipelines/add", {"name": "Renewals"}).status_code == 302
    assert admin.post("/sales/reasons/add", {"name": "Went bankrupt"}).status_code == 302
    with north.as_("admin"):
        names = [one.name for one in queries.stages_of(pipeline)]
        assert names == ["Discovery", "Proposal", "Qualified", "Engaging", "Won", "Lost"]
        assert {one.name for one in Pipeline.objects.all()} == {"New business", "Renewals"}
        assert "Went bankrupt" in [one.name for one in queries.lost_reasons()]


def test_a_refused_change_says_why_and_keeps_what_was_typed(north: Company) -> None:
    admin, found = north.browser("admin"), stages(north)
    answer = admin.post(f"/sales/pipelines/{found['Won'].pipeline_id}", {"name": "Typed", f"probability_{found['Chosen'].pk}": "140"})
    body = answer.content.decode()
    assert answer.status_code == 422 and "between 0 and 100" in body and "Typed" in body
    with north.as_("admin"):
        assert not Pipeline.objects.filter(name="Typed").exists()
    assert admin.post(f"/sales/stages/{found['Won'].pk}/remove").status_code == 422


@pytest.mark.parametrize("way", [way.value for way in Selling])
def test_each_way_of_selling_has_stages_of_its_own_from_the_first_talk_to_the_end(north: Company, way: str) -> None:
    admin, api = north.browser("admin"), north.api("ada")
    assert admin.post("/sales/pipelines/add", {"name": "The way", "way": way}).status_code == 302
    with north.as_kith():
        pipeline = Pipeline.objects.get(way=way, main=False)
        own = list(Stage.objects.filter(pipeline_id=pipeline.pk).order_by("position"))
    assert [one.kind for one in own][-2:] == ["won", "lost"] and len(own) >= 5
    named = {told(name) for name, *_facts in STAGES_OF[Selling(way)]}
    assert {one.name for one in own} == named
    sent = {"name": "By this way", "pipeline": str(pipeline.pk), "amount": "500", "amount_currency": "CNY"}
    made = api.post("/api/v1/opportunities", sent, content_type="application/json").json()
    assert (made["stage"], made["probability"]) == (str(own[0].pk), f"{own[0].probability:.2f}"), "its own first stage and chance"
    for stage in own[1:-2]:
        moved = api.patch(f"/api/v1/opportunities/{made['id']}", {"stage": str(stage.pk)}, content_type="application/json")
        assert moved.status_code == 200 and moved.json()["probability"] == f"{stage.probability:.2f}"
    page = north.browser("ada").get(f"/opportunities/{made['id']}/").content.decode()
    assert all(one.name in page for one in own[:-1]), "the bar of the deal tells the stages of its way"
    figures = north.browser("ada").get("/sales/", {"pipeline": str(pipeline.pk)}).content.decode()
    assert set(re.findall(r'data-stage="([^"]+)"', figures)) == {one.name for one in own}
    done = api.post(f"/api/v1/opportunities/{made['id']}/actions/win", "{}", content_type="application/json").json()
    assert done["stage"] == str(own[-2].pk) and done["pipeline"] == str(pipeline.pk)


def test_only_who_sets_up_edits_pipelines_and_only_the_own_ones(north: Company, south: Company) -> None:
    found, theirs = stages(north), stages(south)
    for name in ("ada", "vi"):
        client = north.browser(name)
        assert client.get("/sales/pipelines/").status_code == 403
        for address in (
            "/sales/pipelines/add",
            f"/sales/pipelines/{found['Won'].pipeline_id}/stages",
            f"/sales/stages/{found['Chosen'].pk}/remove",
        ):
            assert client.post(address, {"name": "x"}).status_code == 403
    admin = north.browser("admin")
    foreign = theirs["Chosen"]
    for address in (
        f"/sales/pipelines/{foreign.pipeline_id}",
        f"/sales/pipelines/{foreign.pipeline_id}/stages",
        *(f"/sales/stages/{foreign.pk}/{act}" for act in ("order", "retire", "remove")),
    ):
        assert admin.post(address, {"name": "x"}).status_code == 404
    assert stages(south)["Chosen"].name == "Chosen"
