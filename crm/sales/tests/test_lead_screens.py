"""The screens of leads over HTTP: rules of assignment, the conversion dialog, web forms, what a stage needs."""

import json

from crm.customers.models import Account
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.testing.cast import Company
from crm.sales.models import AssignmentRule, Lead, LeadForm, Stage, Turn
from crm.sales.queries.leads import idle_days, rules


def editor(*rows: tuple[str, str, str]) -> str:
    return json.dumps({"mode": "all", "rows": [{"field": f, "operator": o, "value": v} for f, o, v in rows]})


def test_rules_are_made_changed_and_ordered_on_their_screen(north: Company) -> None:
    admin = north.browser("admin")
    people = [str(north.people[who].pk) for who in ("ada", "cleo")]
    made = admin.post(
        "/sales/assignment/new", {"name": "Fairs", "result": editor(("source", "is", "fair")), "to": "turns", "people": people}
    )
    assert made.status_code == 302
    assert admin.post("/sales/assignment/new", {"name": "Rest", "result": editor(), "to": "person", "person": people[0]}).status_code == 302
    for values, said in (
        ({"name": "", "to": "person", "person": people[0]}, "needed"),
        ({"name": "X", "to": "person"}, "Choose the person"),
        ({"name": "X", "to": "turns"}, "Choose at least one person"),
        ({"name": "X", "to": "team"}, "Choose the team"),
        ({"name": "X", "to": "person", "person": people[0], "condition": "colour = red"}, "colour"),
    ):
        answer = admin.post("/sales/assignment/new", values)
        assert answer.status_code == 422 and said in answer.content.decode(), values
    with north.as_("admin"):
        fairs, rest = rules()
        assert (fairs.condition, rest.condition) == ("source = fair", None)
        assert [str(turn.user_id) for turn in Turn.objects.filter(rule_id=fairs.pk).order_by("place")] == people
    shown = admin.get("/sales/assignment/").content.decode()
    assert "Trade fair" in shown and "Ada Whitfield, Cleo Marsh" in shown
    assert admin.post(f"/sales/assignment/{rest.pk}/order", {"way": "up"}).status_code == 302
    with north.as_("admin"):
        assert [rule.name for rule in rules()] == ["Rest", "Fairs"]
    page = admin.get(f"/sales/assignment/{fairs.pk}").content.decode()
    assert "Fairs" in page and "&#34;fair&#34;" in page
    assert admin.post(f"/sales/assignment/{rest.pk}/drop").status_code == 302
    assert admin.post("/sales/assignment/habits", {"idle_days": "30"}).status_code == 302
    assert admin.post("/sales/assignment/habits", {"idle_days": "many"}).status_code == 422
    with north.as_("admin"):
        assert [rule.name for rule in rules()] == ["Fairs"] and idle_days() == 30


def test_only_who_sets_up_comes_to_the_rules(north: Company, south: Company) -> None:
    rule: AssignmentRule = north.make("assignment_rule", {"name": "All", "person": north.people["ada"].pk})
    for who, status in ((north.browser("ada"), 403), (south.browser("admin"), 404)):
        for address in (f"/sales/assignment/{rule.pk}", f"/sales/assignment/{rule.pk}/order", f"/sales/assignment/{rule.pk}/drop"):
            assert who.post(address, {"name": "Mine", "way": "up"}).status_code == status, address
    assert north.browser("ada").get("/sales/assignment/").status_code == 403
    assert north.browser("ada").post("/sales/assignment/habits", {"idle_days": "1"}).status_code == 403
    with north.as_("admin"):
        assert [one.name for one in rules()] == ["All"]


def test_the_dialog_proposes_and_the_lead_joins(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "Harbour Optics", "website": "https://harbour.example"}, by="ada")
    lead: Lead = north.make("lead", {"name": "Wu", "company": "Harbour", "email": "wu@harbour.example", "industry": "Optics"}, by="ada")
    address, client = f"/leads/{lead.pk}/do/convert", north.browser("ada")
    shown = client.get(address).content.decode()
    assert "Use Harbour Optics" in shown and "same website" in shown and "Industry Optics" in shown
    nothing = client.post(address, {"account": "none", "contact": "none", "opportunity": "none"})
    assert nothing.status_code == 422 and "Choose at least one" in nothing.content.decode()
    for who in (north.browser("vi"), north.browser("cleo"), south.browser("admin")):
        assert who.post(address, {"account": str(account.pk)}).status_code in (403, 404)
    done = client.post(address, {"account": str(account.pk), "contact": "new", "opportunity": "new", "deal_name": "Lenses"})
    assert done.status_code == 204 and done["HX-Redirect"].startswith("/opportunities/")
    assert client.get(address).status_code == 404
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    assert "Became" in page and "Lenses" in page
    assert "Came from leads" in client.get(f"/accounts/{account.pk}/").content.decode()
    assert client.get(f"/leads/{lead.pk}/tab/rounds").status_code == 200


def test_a_lead_is_converted_through_the_api(north: Company) -> None:
    lead: Lead = north.make("lead", {"name": "Wu", "company": "Harbour"}, by="ada")
    client = north.api("ada")
    address = f"/api/v1/leads/{lead.pk}/actions/convert"
    wrong = client.post(address, json.dumps({"account": "nonsense"}), content_type="application/json")
    assert wrong.status_code == 422 and "account" in wrong.json()["fields"]
    done = client.post(address, json.dumps({"opportunity": "none"}), content_type="application/json")
    assert done.status_code == 200 and done.json()["status"] == "converted"
    assert done.json()["account"] and done.json()["contact"] and not done.json()["opportunity"]


def test_what_is_hidden_from_one_is_not_carried_and_does_not_stop_the_conversion(north: Company) -> None:
    values = {
        "name": "Wu",
        "company": "Harbour",
        "industry": "Optics",
        "website": "https://harbour.example",
        "owner": north.people["ada"].pk,
    }
    lead: Lead = north.make("lead", values)
    with north.as_("admin"):
        role = north.roles["Seller"]
        kinds = {**role.grants["kinds"], "lead": {"fields": {"industry": "hidden"}}, "account": {"fields": {"website": "hidden"}}}
        save_role(role.pk, role.name, role.description, {**role.grants, "kinds": kinds})
    assert north.browser("ada").post(f"/leads/{lead.pk}/do/convert", {"opportunity": "none"}).status_code == 204
    with north.as_("admin"):
        account = Account.objects.get()
        assert (account.name, account.industry, account.website) == ("Harbour", None, None)


def test_a_form_shows_its_link_and_snippet(north: Company) -> None:
    form: LeadForm = north.make("lead_form", {"name": 'A "form" <b>'})
    page = north.browser("admin").get(f"/lead_forms/{form.pk}/").content.decode()
    assert f"/f/{form.token}" in page and "&lt;iframe" in page and "<b>" not in page.split("snip")[1].split("</div>")[0]


def test_the_pipeline_editor_sets_what_a_stage_needs(north: Company) -> None:
    admin = north.browser("admin")
    with north.as_("admin"):
        stage = Stage.objects.get(name="Proposal")
    base = f"/sales/pipelines/{stage.pipeline_id}"
    assert admin.post(base, {"name": "Sales", f"needs_{stage.pk}": ["", "amount", "lines"], "way": "direct"}).status_code == 302
    with north.as_("admin"):
        stage.refresh_from_db()
        assert stage.needs == ["amount", "lines"]
    assert admin.post(base, {"name": "Sales", f"needs_{stage.pk}": [""]}).status_code == 302
    with north.as_("admin"):
        stage.refresh_from_db()
        assert not stage.needs
    assert admin.post("/sales/pipelines/add", {"name": "Tenders", "way": "tender"}).status_code == 302
    assert "Bid handed in" in admin.get("/sales/pipelines/").content.decode()
