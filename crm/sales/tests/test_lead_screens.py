"""The screens of leads over HTTP: rules of assignment, the conversion dialog, web forms, what a stage needs."""

import json

from crm.customers.models import Account, Contact
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.pages.tests.test_screens import toast_of
from crm.kernel.testing.cast import Company
from crm.sales.models import AssignmentRule, Lead, LeadForm, Opportunity, Stage, Turn
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
    other = {"name": "Fairs", "result": editor(("source", "is", "website")), "to": "turns", "people": people[1:]}
    changed = admin.post(f"/sales/assignment/{fairs.pk}", other)
    with north.as_("admin"):
        assert [str(turn.user_id) for turn in Turn.objects.filter(rule_id=fairs.pk)] == people[1:]
    assert admin.post(toast_of(changed)["undo"]).status_code == 204
    with north.as_("admin"):
        assert rules()[0].condition == "source = fair"
        assert [str(turn.user_id) for turn in Turn.objects.filter(rule_id=fairs.pk).order_by("place")] == people
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


def test_what_is_only_alike_is_offered_with_its_reason_and_joined_by_a_person_only(north: Company) -> None:
    account = north.make("account", {"name": "上海盈牌贸易有限公司"}, by="ada")
    person = north.make("contact", {"name": "Wu Jianguo", "account": account.pk}, by="ada")
    lead: Lead = north.make("lead", {"name": "吴建国", "company": "盈牌"}, by="ada")
    address, client = f"/leads/{lead.pk}/do/convert", north.browser("ada")
    shown = client.get(address).content.decode()
    assert "Use 上海盈牌贸易有限公司" in shown and "The same own name" in shown
    assert f'name="account" value="{account.pk}">' in shown, "offered, and not chosen yet"
    assert "Use Wu Jianguo" in shown and "The same name in Chinese and in Latin letters" in shown
    assert client.post(address, {"account": str(account.pk), "contact": str(person.pk), "opportunity": "none"}).status_code == 204
    with north.as_("ada"):
        assert (Account.objects.count(), Contact.objects.count()) == (1, 1)
        lead.refresh_from_db()
        assert (lead.account_id, lead.contact_id) == (account.pk, person.pk)


def test_by_itself_only_what_is_surely_the_same_is_joined(north: Company) -> None:
    north.make("account", {"name": "上海盈牌贸易有限公司"}, by="ada")
    sure = north.make("account", {"name": "南京晨森彩印有限公司"}, by="ada")
    client = north.api("ada")
    for company, joined in (("盈牌", False), ("南京晨森彩印股份公司", True)):
        lead: Lead = north.make("lead", {"name": "吴", "company": company}, by="ada")
        done = client.post(f"/api/v1/leads/{lead.pk}/actions/convert", "{}", content_type="application/json")
        assert (done.json()["account"] == str(sure.pk)) is joined, company


def test_the_account_the_person_and_the_open_deal_are_joined(north: Company) -> None:
    account = north.make("account", {"name": "Harbour Optics"}, by="ada")
    person = north.make("contact", {"name": "Wu", "email": "wu@harbour.example", "account": account.pk}, by="ada")
    deal = north.make("opportunity", {"name": "Lenses", "account": account.pk, "contact": person.pk}, by="ada")
    lead: Lead = north.make(
        "lead", {"name": "J. Wu", "company": "Harbour Optics", "email": "wu@harbour.example", "budget": "900"}, by="ada"
    )
    shown = north.browser("ada").get(f"/leads/{lead.pk}/do/convert").content.decode()
    for one, reason in ((account, "same name"), (person, "same e-mail"), (deal, "open deal of this person")):
        assert f'value="{one.pk}" checked' in shown and reason in shown
    done = north.api("ada").post(f"/api/v1/leads/{lead.pk}/actions/convert", "{}", content_type="application/json").json()
    assert (done["account"], done["contact"], done["opportunity"]) == (str(account.pk), str(person.pk), str(deal.pk))
    with north.as_("ada"):
        assert (Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (1, 1, 1)
        deal.refresh_from_db()
        assert deal.amount == 900_00, "what the deal lacked is filled in"


def test_of_several_open_deals_none_is_joined_unasked(north: Company) -> None:
    account = north.make("account", {"name": "Harbour Optics"}, by="ada")
    for name in ("Lenses", "Frames"):
        north.make("opportunity", {"name": name, "account": account.pk}, by="ada")
    lead: Lead = north.make("lead", {"name": "Wu", "company": "Harbour Optics"}, by="ada")
    done = north.api("ada").post(f"/api/v1/leads/{lead.pk}/actions/convert", "{}", content_type="application/json").json()
    with north.as_("ada"):
        assert Opportunity.objects.count() == 3 and Opportunity.objects.get(pk=done["opportunity"]).name not in ("Lenses", "Frames")


def test_the_dialog_says_whom_to_ask_about_what_is_not_shared(north: Company) -> None:
    north.make("account", {"name": "Harbour Optics", "tax_id": "91310000132212766M"}, by="cleo")
    lead: Lead = north.make("lead", {"name": "Wu", "company": "Harbour Optics", "tax_id": "91310000132212766M"}, by="ada")
    shown = north.browser("ada").get(f"/leads/{lead.pk}/do/convert").content.decode()
    assert "A record of Cleo Marsh looks the same. Ask Cleo Marsh." in shown and "Use Harbour Optics" not in shown


def test_hidden_fields_of_the_customer_neither_match_nor_explain(north: Company) -> None:
    north.make("account", {"name": "Other Name", "tax_id": "91310000132212766M", "phone": "02164882107"}, by="ada")
    north.make("contact", {"name": "Nobody", "email": "wu@harbour.example"}, by="ada")
    values = {"name": "Wu", "company": "Harbour", "tax_id": "91310000132212766M", "email": "wu@harbour.example", "phone": "02164882107"}
    lead: Lead = north.make("lead", values, by="ada")
    address, client = f"/leads/{lead.pk}/do/convert", north.browser("ada")
    open_ = client.get(address).content.decode()
    assert "Use Other Name" in open_ and "Use Nobody" in open_
    with north.as_("admin"):
        role = north.roles["Seller"]
        closed = {"account": {"fields": {"tax_id": "hidden", "phone": "hidden"}}, "contact": {"fields": {"email": "hidden"}}}
        save_role(role.pk, role.name, role.description, {**role.grants, "kinds": {**role.grants["kinds"], **closed}})
    shown = client.get(address).content.decode()
    assert "Use Other Name" not in shown and "Use Nobody" not in shown and "tax number" not in shown


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
