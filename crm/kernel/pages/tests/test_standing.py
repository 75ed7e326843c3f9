"""Why values are missing and who verified them, on the screens."""

import json
from urllib.parse import unquote_plus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.quality.queries import standings
from crm.kernel.records import writing
from crm.kernel.records.verifying import Proof, verify


def known(company, pk):
    with company.as_("ada"):
        return {name: one.reason or one.method for name, one in standings([pk]).get(pk, {}).items()}


@pytest.fixture
def web(north):
    return north.browser("ada")


def test_a_form_keeps_the_reason_and_forgets_it_for_a_value(north, web):
    given = {"name": "Yingsheng", "phone": "", "missing.phone": "refused", "missing.fax": "not_applicable", "fax": ""}
    made = web.post("/accounts/new", given)
    pk = made["Location"].strip("/").split("/")[-1]
    with north.as_("ada"):
        record = registry.kind("account").model._default_manager.get(pk=pk)
    assert known(north, record.pk) == {"phone": "refused", "fax": "not_applicable"}
    form = web.get(f"/accounts/{pk}/edit").content.decode()
    assert '<option value="refused" selected>Refused</option>' in form and "Why is “Phone” empty?" in form.replace("&#34;", '"')
    assert "missing.name" not in form, "what must be filled has no reason to be empty"
    web.post(f"/accounts/{pk}/edit", {"name": "Yingsheng", "phone": "021 5555 2107", "missing.phone": "refused"})
    assert known(north, record.pk) == {"fax": "not_applicable"}
    web.post(f"/accounts/{pk}/edit", {"name": "Yingsheng", "fax": "", "missing.fax": ""})
    assert known(north, record.pk) == {}


def test_a_cell_and_a_list_say_why_it_is_empty(north, web):
    made = north.make("account", {"name": "Yingsheng"}, by="ada")
    editor = web.get(f"/accounts/{made.pk}/cell/phone").content.decode()
    assert 'name="missing.phone"' in editor
    saved = web.post(f"/accounts/{made.pk}/cell/phone", {"phone": "", "missing.phone": "refused", "version": "1"})
    assert saved.status_code == 200 and "Refused" in saved.content.decode()
    assert known(north, made.pk) == {"phone": "refused"}
    assert "Refused" in web.get("/accounts/").content.decode()
    assert "Refused" in web.get(f"/accounts/{made.pk}/").content.decode()
    told = web.get(f"/accounts/{made.pk}/tab/history").content.decode()
    assert "Phone" in told and "Refused" in told and "Ada" in told


def test_a_list_asks_once_and_a_record_page_once_more(north, web):
    made = north.make("account", {"name": "Yingsheng"}, by="ada")
    for url in ("/accounts/", f"/accounts/{made.pk}/"):
        web.get(url)
        with CaptureQueriesContext(connection) as asked:
            web.get(url)
        assert sum("value_standing" in one["sql"] for one in asked.captured_queries) == 1, url


def test_a_value_is_verified_and_no_longer_on_its_own_dialog(north, web):
    made = north.make("account", {"name": "Yingsheng", "phone": "021 5555 2107"}, by="ada")
    there = f"/accounts/{made.pk}/value/phone"
    opened = web.get(there).content.decode()
    assert "Nobody has verified it yet." in opened and "Ada" in opened
    assert web.post(there, {"act": "verify", "method": "guess"}).status_code == 422
    assert web.post(there, {"act": "verify", "method": "call", "until": "2020-01-01"}).status_code == 422
    assert web.post(there, {"act": "verify", "method": "call", "until": "never"}).status_code == 422
    assert web.post(there, {"act": "verify", "method": "call", "note": "Ms Chen", "version": "1", "until": "2099-01-01"}).status_code == 204
    shown = web.get(f"/accounts/{made.pk}/").content.decode()
    assert "mk-verified" in shown and "1 of " in shown
    opened = web.get(there).content.decode()
    assert "Ms Chen" in opened and "1 Jan 2099" in opened
    assert web.post(there, {"act": "unverify"}).status_code == 204
    assert known(north, made.pk) == {}
    assert web.post(f"/accounts/{made.pk}/value/fax", {"act": "reason", "reason": "not_asked"}).status_code == 204
    assert known(north, made.pk) == {"fax": "not_asked"}
    assert web.get(f"/accounts/{made.pk}/value/created_at").status_code == 404
    reader = north.browser("vi")
    assert reader.post(there, {"act": "verify", "method": "call"}).status_code == 403


def test_an_expired_check_has_a_mark_of_its_own_and_the_score_shows_its_formula(north, web):
    made = north.make("account", {"name": "Yingsheng", "phone": "021 5555 2107", "missing": {"industry": "unknown"}}, by="ada")
    with north.as_("ada"):
        accounts = registry.kind("account")
        verify(accounts, made.pk, ["phone", "name"], Proof("call"))
        one = standings([made.pk])[made.pk]["phone"]
        one.expires_at = one.at
        one.save(update_fields=["expires_at"])
    shown = web.get(f"/accounts/{made.pk}/").content.decode()
    assert "mk-stale" in shown and "mk-verified" in shown
    score = web.get(f"/accounts/{made.pk}/score").content.decode()
    assert "Score = 50" in score and "Unknown" in score and "expired" in score


def test_a_bulk_change_explains_empty_fields_and_leaves_values(north, web):
    empty, full = (north.make("account", {"name": name, "phone": phone}, by="ada") for name, phone in (("A", None), ("B", "021 5555 2107")))
    given = {"act": "change", "field": "phone", "phone": "", "missing.phone": "refused", "ids": [str(empty.pk), str(full.pk)]}
    assert web.post("/accounts/bulk/apply", given).status_code == 204
    assert known(north, empty.pk) == {"phone": "refused"} and known(north, full.pk) == {}
    with north.as_("ada"):
        assert registry.kind("account").model._default_manager.get(pk=full.pk).phone


def test_groups_tell_the_reasons_apart(north, web):
    for name, reason in (("A", "refused"), ("B", "refused"), ("C", "unknown")):
        north.make("account", {"name": name, "size": None, "missing": {"size": reason}}, by="ada")
    north.make("account", {"name": "D", "size": None}, by="ada")
    shown = web.get("/accounts/", {"group": "size"}).content.decode()
    assert '<span class="c3">Refused</span> 2' in shown and '<span class="c3">Unknown</span> 1' in shown


def test_what_is_missing_is_ranked_by_what_it_blocks(north, web):
    north.make("account", {"name": "A"}, by="ada")
    north.make("account", {"name": "B", "missing": {"phone": "refused"}}, by="ada")
    shown = web.get("/accounts/missing").content.decode()
    assert "Duplicates are found by it." in shown and "phone is missing because unsaid" in unquote_plus(shown)
    listed = web.get("/accounts/", {"filter": "phone is missing because unsaid"}).content.decode()
    assert ">A</a>" in listed and ">B</a>" not in listed and "nobody has said" in listed
    assert north.browser("vi").get("/accounts/missing").status_code == 200


def test_the_editor_offers_reasons_for_every_field_and_keeps_them(north, web):
    opened = web.get("/accounts/filter", {"filter": "parent is missing because refused"}).content.decode()
    assert "is missing because" in opened and "Not available yet" in opened
    row = {"field": "parent.name", "operator": "missing", "value": "refused"}
    sent = web.post("/accounts/filter", {"result": json.dumps({"mode": "all", "rows": [row]})})
    assert "filter=parent is missing because refused" in unquote_plus(sent["Location"])


def test_a_step_takes_not_applicable_for_an_answer_and_no_other(north):
    with north.as_("admin"):
        deals = registry.kind("opportunity")
        stages = list(registry.kind("stage").model._default_manager.filter(kind="open").order_by("position")[:2])
        writing.change(registry.kind("stage"), stages[1].pk, {"needs": ["next_step"]})
    with north.as_("ada"):
        account = writing.create(registry.kind("account"), {"name": "Yingsheng"})
        deal = writing.create(deals, {"name": "Signs", "account": account.pk, "missing": {"next_step": "refused"}})
        with pytest.raises(Wrong):
            writing.change(deals, deal.pk, {"stage": stages[1].pk})
        writing.change(deals, deal.pk, {"missing": {"next_step": "not_applicable"}})
        writing.change(deals, deal.pk, {"stage": stages[1].pk})
        with pytest.raises(Wrong):
            writing.change(deals, deal.pk, {"missing": {"next_step": "unknown"}})
        writing.change(deals, deal.pk, {"stage": stages[0].pk, "missing": {"next_step": ""}})
    move = {"value": str(stages[1].pk), "ask": ["next_step"], "board": ""}
    web = north.browser("ada")
    asked = web.get(f"/opportunities/{deal.pk}/move", move).content.decode()
    assert "missing.next_step" in asked
    assert web.post(f"/opportunities/{deal.pk}/move", move | {"next_step": "", "missing.next_step": "unknown"}).status_code == 422
    assert web.post(f"/opportunities/{deal.pk}/move", move | {"next_step": "", "missing.next_step": "not_applicable"}).status_code == 204
    shown = north.browser("admin").get("/opportunities/missing").content.decode()
    assert "It is needed before" in shown
