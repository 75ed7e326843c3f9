"""A verified value is changed only with approval: on every path, by an office and by the customer, with its faults."""

import datetime
import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from crm.kernel.approval.jobs import watch
from crm.kernel.approval.models import Approver, PendingChange
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.mail.tests.test_mail import Box
from crm.kernel.notify.models import Notification
from crm.kernel.quality.models import ValueStanding
from crm.kernel.records import writing
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

OLD, NEW = "上海市松江区荣乐东路2380号", "上海市青浦区崧泽大道6638弄18号"
DAY = datetime.timedelta(days=1)


def verified(company: Company, record: Any, *fields: str, kind: str = "account", until: datetime.datetime | None = None) -> None:
    with company.as_("admin"):
        for name in fields:
            pk = getattr(record, "pk", record)
            ValueStanding.objects.filter(record_id=pk, field=name).delete()
            ValueStanding(record_id=pk, kind=kind, field=name, method="document", expires_at=until).save(force_insert=True)


@pytest.fixture
def account(north: Company) -> Any:
    known = {"name": "盈晟标牌", "billing_address": OLD, "email": "chen@yingsheng.example", "phone": "021 6488 2107"}
    made = north.make("account", known, "ada")
    verified(north, made, "billing_address", "phone")
    return made


def patch(client: Client, record: Any, values: dict[str, Any], plural: str = "accounts") -> Any:
    answer = client.patch(f"/api/v1/{plural}/{getattr(record, 'pk', record)}", values, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def post(client: Client, change: str, what: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/v1/pending-changes/{change}/{what}", body or {}, content_type="application/json")


def ask(company: Company, record: Any, value: str = NEW, by: str = "ada") -> str:
    """Asks for another billing address; answers the id of the change that waits."""
    return str(patch(company.api(by), record, {"billing_address": value})["pending"]["billing_address"]["id"])


def read(company: Company, record: Any, name: str = "billing_address") -> Any:
    return company.api("admin").get(f"/api/v1/accounts/{record.pk}").json()[name]


def rule(company: Company, given: Any, field: str = "billing_address", kind: str = "account") -> Any:
    return company.api("admin").patch(f"/api/v1/kinds/{kind}", {"approval": {field: given}}, content_type="application/json")


def test_the_old_value_stays_in_force_and_the_rest_is_saved(north: Company, account: Any) -> None:
    said = patch(north.api("ada"), account, {"billing_address": NEW, "industry": "Signs", "phone": "021 6488 2170"})
    assert (said["billing_address"], said["industry"], said["phone"]) == (OLD, "Signs", "+862164882170")
    waiting = said["pending"]["billing_address"]
    assert (waiting["old"], waiting["new"], waiting["state"]) == (OLD, NEW, "waiting")
    assert set(said["pending"]) == {"billing_address"}
    listed = north.api("ada").get(f"/api/v1/accounts/{account.pk}/pending").json()["items"]
    assert [one["id"] for one in listed] == [waiting["id"]]
    assert "pending" not in north.api("ada").get(f"/api/v1/accounts/{account.pk}").json()
    other = north.make("account", {"name": "Other"}, "ada")
    for asked, found in (("is pending", account), ("is not pending", other)):
        rows = north.api("ada").get("/api/v1/accounts", {"filter": f"billing_address {asked}"}).json()["items"]
        assert [one["id"] for one in rows] == [str(found.pk)]
    assert north.api("ada").get("/api/v1/accounts", {"filter": "name is pending"}).status_code == 400
    listed = north.browser("ada").get("/accounts/", {"filter": "billing_address is pending"}).content.decode()
    assert "has a pending change" in listed and "盈晟标牌" in listed and ">Other<" not in listed


def test_what_is_not_verified_or_not_any_more_is_changed_at_once(north: Company, account: Any) -> None:
    verified(north, account, "billing_address", until=now() - DAY)
    assert patch(north.api("ada"), account, {"billing_address": NEW})["billing_address"] == NEW
    with north.as_("admin"):
        assert not PendingChange.objects.exists()


def test_writes_that_touch_no_protected_field_ask_nothing(north: Company, account: Any) -> None:
    entity = registry.kind("account")
    assert entity is not None

    def tables(values: dict[str, Any]) -> list[str]:
        with north.as_("admin"), CaptureQueriesContext(connection) as caught:
            writing.change(entity, account.pk, values)
        return [one["sql"] for one in caught if "pending_" in one["sql"]]

    assert tables({"industry": "Signs"}) == []
    assert tables({"tax_id": "91310117MA1J3KQ470"}) == []


def test_an_office_agrees_and_the_value_is_verified_anew(north: Company, account: Any) -> None:
    change = ask(north, account)
    run_jobs(north.id)
    admin = north.api("admin")
    assert [one["id"] for one in admin.get("/api/v1/pending-changes?which=mine").json()["items"]] == [change]
    answer = post(admin, change, "approve", {"comment": "Called them"})
    assert (answer.status_code, answer.json()["state"]) == (200, "approved")
    assert read(north, account) == NEW
    with north.as_("admin"):
        mark = ValueStanding.objects.get(record_id=account.pk, field="billing_address")
        assert (mark.method, mark.by_id) == ("office", north.people["admin"].pk)
    trail = admin.get(f"/api/v1/pending-changes/{change}").json()
    assert [one["what"] for one in trail["trail"]] == ["asked", "agreed", "approved"]
    assert (trail["trail"][1]["text"], trail["trail"][1]["comment"]) == ("Admin Lee agreed", "Called them")
    history = admin.get(f"/api/v1/accounts/{account.pk}/history").json()["items"]
    assert any("Called them" in one["reason"] and one["by_name"] == "Admin Lee" for one in history)
    run_jobs(north.id)
    with north.as_("ada"):
        told = list(Notification.objects.filter(user_id=north.people["ada"].pk).values_list("text", flat=True))
    assert any(text.startswith("Approved: Billing address") for text in told)


def test_nobody_approves_his_own_and_others_may_not(north: Company, account: Any) -> None:
    change = ask(north, account)
    for who in ("ada", "bo"):
        assert post(north.api(who), change, "approve").status_code == 403
    assert post(north.api("cleo"), change, "approve").status_code == 404
    own = ask(north, account, NEW + "A座", by="admin")
    assert post(north.api("admin"), own, "approve").status_code == 403
    assert post(north.api("bo"), own, "withdraw").status_code == 403
    assert post(north.api("admin"), own, "withdraw").json()["state"] == "withdrawn"
    assert read(north, account) == OLD


def test_a_refusal_keeps_the_old_value_and_a_decided_change_is_over(north: Company, account: Any) -> None:
    change = ask(north, account)
    assert post(north.api("admin"), change, "refuse", {"comment": "Wrong company"}).json()["state"] == "refused"
    for what in ("approve", "refuse", "withdraw", "override"):
        assert post(north.api("admin"), change, what, {"comment": "x"} if what == "override" else None).status_code == 409, what
    assert read(north, account) == OLD


def test_two_changes_of_one_field_stand_side_by_side_and_one_ends_the_other(north: Company, account: Any) -> None:
    first, again, second = ask(north, account), ask(north, account, by="bo"), ask(north, account, NEW + "B座", by="bo")
    assert first == again and first != second
    page = north.browser("bo").get(f"/accounts/{account.pk}/").content.decode()
    assert page.count('class="pending"') == 2
    assert post(north.api("admin"), second, "approve").status_code == 200
    states = {one["id"]: one["state"] for one in north.api("ada").get("/api/v1/pending-changes").json()["items"]}
    assert states == {first: "superseded", second: "approved"}
    assert post(north.api("admin"), first, "approve").status_code == 409
    assert read(north, account) == NEW + "B座"


def test_a_value_changed_meanwhile_is_not_trampled(north: Company, account: Any) -> None:
    change = ask(north, account)
    with north.as_("admin"):
        ValueStanding.objects.filter(record_id=account.pk).delete()
    patch(north.api("bo"), account, {"billing_address": "上海市徐汇区漕溪北路1号"})
    answer = post(north.api("admin"), change, "approve")
    assert answer.status_code == 409 and "Another value is in force" in answer.json()["detail"]
    assert read(north, account) == "上海市徐汇区漕溪北路1号"


def test_only_an_administrator_puts_it_in_force_without_and_says_why(north: Company, account: Any) -> None:
    change = ask(north, account)
    assert post(north.api("bo"), change, "override", {"comment": "Hurry"}).status_code == 403
    assert post(north.api("admin"), change, "override").status_code == 422
    assert post(north.api("admin"), change, "override", {"comment": "Fire in the office"}).json()["state"] == "overridden"
    assert read(north, account) == NEW
    assert rule(north, {"override": False}).status_code == 200
    verified(north, account, "billing_address")
    strict = ask(north, account, OLD)
    assert post(north.api("admin"), strict, "override", {"comment": "Hurry"}).status_code == 403


def test_in_order_each_agrees_when_it_is_their_turn(north: Company, account: Any) -> None:
    manager = north.roles["Manager"].pk
    assert rule(north, {"by": [f"role:{manager}", "administrators"], "in_order": True}).json()["approval"]["billing_address"]["in_order"]
    change = ask(north, account)
    assert post(north.api("admin"), change, "approve").status_code == 403
    assert post(north.api("bo"), change, "approve").json()["state"] == "waiting"
    assert read(north, account) == OLD
    assert post(north.api("admin"), change, "approve").json()["state"] == "approved"


def test_who_stands_in_decides_for_the_absent(north: Company, account: Any) -> None:
    rule(north, {"by": [f"person:{north.people['bo'].pk}"]})
    change = ask(north, account)
    with north.as_("admin"):
        from crm.kernel.access.delegating import delegate

        delegate(north.people["bo"].pk, north.people["admin"].pk, now() - DAY, now() + DAY)
        delegate(north.people["bo"].pk, north.people["ada"].pk, now() - DAY, now() + DAY)
    assert post(north.api("ada"), change, "approve").status_code == 403
    assert post(north.api("admin"), change, "approve").json()["state"] == "approved"
    trail = north.api("admin").get(f"/api/v1/pending-changes/{change}").json()["trail"]
    assert "Admin Lee agreed for 周博" in [one["text"] for one in trail]


def test_rules_that_cannot_be_are_refused_in_words(north: Company) -> None:
    offices = ([], ["role:none"], ["bishop"], "x")
    for given in (*({"by": one} for one in offices), {"days": 0}, {"remind": "often"}, {"colour": 1}, "yes"):
        answer = rule(north, given)
        assert answer.status_code == 422 and answer.json()["fields"]["approval"], given
    assert rule(north, None, field="name_key").status_code == 422
    assert rule(north, None, field="owner").status_code == 422
    assert north.api("ada").patch("/api/v1/kinds/account", {"approval": {}}, content_type="application/json").status_code == 403


def test_any_field_of_any_kind_can_be_protected_and_freed(north: Company) -> None:
    api = north.api("admin")
    api.post("/api/v1/kinds", {"label": "Vehicle", "code": "vehicle", "plural": "vehicles"}, content_type="application/json")
    for name, type_ in (("price", "money"), ("seen", "date"), ("place", "address"), ("share", "percent")):
        api.post("/api/v1/kinds/vehicle/fields", {"label": name, "name": name, "type": type_}, content_type="application/json")
    given = {"price": "100.00", "price_currency": "EUR", "seen": "2026-11-02", "share": "12.50", "place": OLD}
    becomes = {"price": "120.50", "price_currency": "USD", "seen": "2026-11-03", "share": "13.50", "place": NEW}
    car_id = north.api("ada").post("/api/v1/vehicles", {"name": "Van", **given}, content_type="application/json").json()["id"]
    told = {"approval": {name: {} for name in ("price", "seen", "share", "place")}}
    assert api.patch("/api/v1/kinds/vehicle", told, content_type="application/json").status_code == 200
    verified(north, car_id, "price", "seen", "share", "place", kind="vehicle")
    said = patch(north.api("bo"), car_id, becomes, "vehicles")
    assert {name: said[name] for name in given} == given
    assert set(said["pending"]) == {"price", "seen", "share", "place"}
    for one in said["pending"].values():
        assert post(api, one["id"], "approve").status_code == 200, one
    after = api.get(f"/api/v1/vehicles/{car_id}").json()
    assert {name: after[name] for name in becomes} == becomes
    api.patch("/api/v1/kinds/vehicle", {"approval": {"seen": False}}, content_type="application/json")
    assert patch(north.api("bo"), car_id, {"seen": "2026-11-04"}, "vehicles")["seen"] == "2026-11-04"


def test_a_rule_that_went_while_a_change_waits(north: Company, account: Any) -> None:
    change = ask(north, account)
    assert rule(north, False).status_code == 200
    assert post(north.api("vi"), change, "approve").status_code in (403, 404)
    assert post(north.api("ada"), change, "approve").status_code in (403, 404)
    rule(north, None)
    assert post(north.api("admin"), change, "approve").status_code == 200


def test_the_bin_and_rights_that_are_gone(north: Company, account: Any) -> None:
    change = ask(north, account)
    with north.as_("admin"):
        entity = registry.kind("account")
        assert entity is not None
        writing.remove(entity, account.pk)
    answer = north.browser("admin").post(f"/pending/{change}/approve")
    assert answer.status_code == 404
    assert post(north.api("admin"), change, "approve").status_code == 404
    with north.as_("admin"):
        writing.restore(entity, account.pk)
    assert post(north.api("admin"), change, "approve").status_code == 200


def test_bulk_import_cell_form_and_undo_wait_alike(north: Company, account: Any) -> None:
    verified(north, account, "tax_id")
    with north.as_("admin"):
        entity = registry.kind("account")
        assert entity is not None
    body = {"ids": [str(account.pk)], "values": {"billing_address": NEW + "1座"}}
    bulk = north.api("ada").post("/api/v1/accounts/bulk/change", body, content_type="application/json").json()
    assert (bulk["done"], bulk["pending"], bulk["act"]) == (0, 1, None)
    page = north.browser("ada")
    form = page.post(f"/accounts/{account.pk}/edit", {"name": "盈晟标牌", "industry": "Signs", "billing_address_street": "新路1号"})
    assert form.status_code == 302
    told = json.loads(form.cookies["kith_said"].value.encode().decode("unicode_escape")) if "kith_said" in form.cookies else {}
    assert "waits for approval" in json.dumps(told)
    assert read(north, account) == OLD and read(north, account, "industry") == "Signs"
    imported(north, f"name,external_id,billing_address\n盈晟标牌,,{NEW}2座\n".encode())
    assert read(north, account) == OLD
    with north.as_("admin"):
        assert PendingChange.objects.filter(record_id=account.pk, state="waiting").count() == 3


def imported(company: Company, file: bytes) -> Any:
    """An import by name that updates; answers its counts and notes."""
    api = company.api("admin")
    made = api.post("/api/v1/imports", {"file": SimpleUploadedFile("a.csv", file), "kind": "account"}).json()
    api.patch(f"/api/v1/imports/{made['id']}", {"options": {"key": "name", "only": "update"}}, content_type="application/json")
    api.post(f"/api/v1/imports/{made['id']}/run", {}, content_type="application/json")
    run_jobs(company.id)
    found = api.get(f"/api/v1/imports/{made['id']}").json()
    assert found["state"] == "done", found
    assert [many for text, many in found["notes"].items() if "waits for approval" in text] == [1], found["notes"]
    return found


@pytest.fixture
def mail() -> Iterator[Box]:
    """A mail server, and Kith set up for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    received = Box()
    server = Controller(received, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with override_settings(SMTP_URL=f"smtp://127.0.0.1:{port}"):
            yield received
    finally:
        server.stop()


def letter(company: Company, mail: Box) -> str:
    """The text of the newest letter, as the mail server has it."""
    run_jobs(company.id)
    return str(mail.letters[-1].get_content())  # type: ignore[attr-defined]


def link_in(text: str) -> str:
    return re.findall(r"https?://[^/\s]+(/confirm/\S+)", text)[0]


def test_the_customer_confirms_by_the_link_once(north: Company, account: Any, mail: Box) -> None:
    change = ask(north, account)
    assert post(north.api("ada"), change, "ask", {"address": "thief@example.com"}).status_code == 422
    assert post(north.api("ada"), change, "ask", {"address": "chen@yingsheng.example", "language": "zh-hans"}).status_code == 200
    first = letter(north, mail)
    old = link_in(first)
    assert "请您确认" in first
    assert post(north.api("ada"), change, "ask", {"address": "chen@yingsheng.example", "language": "en"}).status_code == 200
    public, link = Client(raise_request_exception=False), link_in(letter(north, mail))
    assert public.get(old).status_code == 410
    page = public.get(link)
    shown = page.content.decode()
    assert page.status_code == 200 and OLD in shown and NEW in shown and "Ada Whitfield" in shown
    assert "2107" not in shown and "盈晟标牌" not in shown
    assert read(north, account) == OLD
    assert public.post(link, {"answer": "maybe"}).status_code == 422
    assert "in force now" in public.post(link, {"answer": "yes", "comment": "We moved"}).content.decode()
    assert read(north, account) == NEW
    assert [public.get(link).status_code, public.post(link, {"answer": "no"}).status_code] == [410, 410]
    trail = north.api("ada").get(f"/api/v1/pending-changes/{change}").json()
    assert [one["what"] for one in trail["trail"]] == ["asked", "sent", "sent", "opened", "agreed_link", "approved"]
    assert "127.0.0.1" in trail["trail"][4]["text"] and trail["trail"][4]["comment"] == "We moved"
    with north.as_("admin"):
        assert ValueStanding.objects.get(record_id=account.pk, field="billing_address").method == "customer"


def test_nobody_confirms_to_himself(north: Company, account: Any, mail: Box) -> None:
    north.make("contact", {"name": "Ada's friend", "account": str(account.pk), "email": "friend@example.com"}, "ada")
    patch(north.api("ada"), account, {"email": "ada@example.com"})
    change = ask(north, account)
    for address in ("friend@example.com", "ada@example.com"):
        assert post(north.api("ada"), change, "ask", {"address": address}).status_code == 422, address
    assert "friend@example.com" not in north.browser("ada").get(f"/pending/{change}/", headers={"HX-Request": "true"}).content.decode()
    patch(north.api("admin"), account, {"email": "desk@yingsheng.example"})
    assert post(north.api("ada"), change, "ask", {"address": "desk@yingsheng.example"}).status_code == 200


def test_links_that_are_no_links(north: Company, account: Any, mail: Box) -> None:
    change = ask(north, account)
    post(north.api("ada"), change, "ask", {"address": "chen@yingsheng.example"})
    link, public = link_in(letter(north, mail)), Client(raise_request_exception=False)
    tampered = link[:-2] + ("AA" if not link.endswith("AA") else "BB")
    at = len("/confirm/") + 40
    other = f"{link[:at]}{'1' if link[at] == '0' else '0'}{link[at + 1 :]}"
    assert [public.get(one).status_code for one in (tampered, other, "/confirm/x", "/confirm/" + "a" * 5000)] == [404] * 4
    with north.as_("admin"):
        PendingChange.objects.update(expires_at=now() - DAY)
    assert public.post(link, {"answer": "yes"}).status_code == 410
    assert read(north, account) == OLD


def test_the_code_of_the_letter_is_told_on_the_phone(north: Company, account: Any, mail: Box) -> None:
    change = ask(north, account)
    assert post(north.api("ada"), change, "confirm", {"code": "123456"}).status_code == 422
    post(north.api("ada"), change, "ask", {"address": "chen@yingsheng.example", "language": "en"})
    code = re.findall(r"code is (\d{6})", letter(north, mail))[0]
    wrong = "000000" if code != "000000" else "111111"
    assert post(north.api("ada"), change, "confirm", {"code": wrong}).status_code == 422
    assert post(north.api("vi"), change, "confirm", {"code": code}).status_code in (403, 404)
    answer = post(north.api("ada"), change, "confirm", {"code": f"{code[:3]} {code[3:]}"})
    assert answer.json()["state"] == "approved", answer.content
    assert read(north, account) == NEW


def test_codes_are_not_guessed(north: Company, account: Any, mail: Box) -> None:
    change = ask(north, account)
    post(north.api("ada"), change, "ask", {"address": "chen@yingsheng.example", "language": "en"})
    code = int(re.findall(r"code is (\d{6})", letter(north, mail))[0])
    api = north.api("ada")
    tries = [post(api, change, "confirm", {"code": f"{(code + n) % 1_000_000:06d}"}).status_code for n in range(1, 7)]
    assert tries == [422] * 5 + [429]
    assert post(api, change, "confirm", {"code": f"{code:06d}"}).status_code == 429


def test_a_yes_that_cannot_be_put_in_force_is_kept(north: Company, account: Any, mail: Box) -> None:
    change = ask(north, account)
    post(north.api("ada"), change, "ask", {"address": "chen@yingsheng.example", "language": "en"})
    link = link_in(letter(north, mail))
    with north.as_("admin"):
        ValueStanding.objects.filter(record_id=account.pk).delete()
    patch(north.api("bo"), account, {"billing_address": "上海市徐汇区漕溪北路1号"})
    assert "Your answer is kept" in Client().post(link, {"answer": "yes"}).content.decode()
    found = north.api("ada").get(f"/api/v1/pending-changes/{change}").json()
    assert (found["state"], found["trail"][-1]["what"]) == ("waiting", "stuck")
    assert read(north, account) == "上海市徐汇区漕溪北路1号"


def test_it_runs_out_and_reminds(north: Company, account: Any, mail: Box) -> None:
    change = ask(north, account)
    post(north.api("ada"), change, "ask", {"address": "chen@yingsheng.example", "language": "en"})
    with north.as_("admin"):
        PendingChange.objects.update(remind_at=now() - DAY)
    with north.as_kith():
        watch()
    with north.as_("admin"):
        assert Approver.objects.get(who="customer").serial == 2
        assert any("Still waits" in text for text in Notification.objects.values_list("text", flat=True))
        PendingChange.objects.update(expires_at=now() - DAY)
    assert post(north.api("admin"), change, "approve").status_code == 409
    with north.as_kith():
        watch()
    run_jobs(north.id)
    assert north.api("ada").get(f"/api/v1/pending-changes/{change}").json()["state"] == "expired"
    with north.as_("admin"):
        assert any(one.startswith("Nobody decided") for one in Notification.objects.values_list("text", flat=True))
    assert read(north, account) == OLD


def test_who_may_not_see_the_field_sees_no_change(north: Company, south: Company, account: Any) -> None:
    change = ask(north, account)
    every = {"view": "all", "edit": "all"}
    grants = {"kinds": {"*": every, "account": {**every, "fields": {"billing_address": "hidden"}}}}
    with north.as_("admin"):
        from crm.kernel.identity.actions.roles import save_role

        save_role(north.roles["Manager"].pk, "Manager", "", grants)
    assert OLD not in north.browser("bo").get(f"/accounts/{account.pk}/").content.decode()
    assert NEW not in north.browser("bo").get(f"/accounts/{account.pk}/").content.decode()
    for client in (north.api("bo"), south.api("admin")):
        assert client.get(f"/api/v1/pending-changes/{change}").status_code == 404
        assert client.get("/api/v1/pending-changes").json()["items"] == []
    for page in (north.browser("bo"), south.browser("admin")):
        assert page.get(f"/pending/{change}/", headers={"HX-Request": "true"}).status_code == 404
        assert page.post(f"/pending/{change}/approve").status_code == 404


def test_the_pages_show_what_waits_and_decide(north: Company, account: Any) -> None:
    change = ask(north, account)
    run_jobs(north.id)
    admin = north.browser("admin")
    record = admin.get(f"/accounts/{account.pk}/").content.decode()
    assert f'id="pending-{change}"' in record and NEW in record and "in force" in record
    assert '<b class="cnt hot">1</b>' in record
    assert change in admin.get("/pending/").content.decode()
    assert change not in admin.get("/pending/?which=asked").content.decode()
    assert change in north.browser("ada").get("/pending/?which=asked").content.decode()
    dialog = admin.get(f"/pending/{change}/", headers={"HX-Request": "true"}).content.decode()
    assert "Ada Whitfield asked for it" in dialog and f"/pending/{change}/approve" in dialog
    hers = north.browser("ada").get(f"/pending/{change}/", headers={"HX-Request": "true"}).content.decode()
    assert f"/pending/{change}/approve" not in hers
    assert north.browser("ada").post(f"/pending/{change}/approve", headers={"HX-Request": "true"}).status_code == 403
    done = admin.post(f"/pending/{change}/approve", {"comment": "ok"}, headers={"HX-Request": "true"})
    assert done.status_code == 204 and read(north, account) == NEW
    after = admin.get(f"/accounts/{account.pk}/").content.decode()
    assert '<b class="cnt hot">' not in after and 'class="pending"' not in after


def test_the_rules_are_set_in_the_interface(north: Company) -> None:
    admin, url = north.browser("admin"), "/settings/kinds/account/approval"
    page = admin.get(url).content.decode()
    assert "Billing address" in page and "Tax number" in page and "Bank account" in page
    given: dict[str, Any] = {"field": "phone", "by": [f"role:{north.roles['Manager'].pk}", ""], "days": "5", "remind": "1"}
    assert admin.post(url, given).status_code == 302
    assert "Role “Manager”" in admin.get(url).content.decode()
    assert admin.post(url, {**given, "days": "many"}).status_code == 422
    assert admin.post(url, {"field": "phone", "act": "drop"}).status_code == 302
    assert "Role “Manager”" not in admin.get(url).content.decode().split('id="rule"')[0]
    assert north.browser("ada").get(url).status_code in (403, 404)


def test_a_verification_is_not_ended_to_get_around_approval(north: Company, account: Any) -> None:
    url, body = f"/api/v1/accounts/{account.pk}/", {"fields": ["billing_address"]}
    bo, admin = north.api("bo"), north.api("admin")

    def call(client: Client, what: str, **more: str) -> int:
        return int(client.post(f"{url}{what}", {**body, **more}, content_type="application/json").status_code)

    soon = (now() + DAY / 24).isoformat()
    assert call(bo, "unverify") == 403
    assert call(bo, "verify", method="call", until=soon) == 403
    assert call(bo, "verify", method="call") == 200
    act = north.api("admin").get(f"/api/v1/acts?by={north.people['bo'].pk}").json()["items"]
    for one in act:
        bo.post(f"/api/v1/acts/{one['id']}/undo", {}, content_type="application/json")
    assert patch(bo, account, {"billing_address": NEW})["billing_address"] == OLD
    patch(bo, account, {"tax_id": "91310117MA1J3KQ470"})
    verified(north, account, "tax_id")
    said = patch(bo, account, {"tax_id": None, "missing": {"tax_id": "refused"}})
    assert (said["tax_id"], said["missing"], set(said["pending"])) == ("91310117MA1J3KQ470", {}, {"tax_id"})
    assert call(admin, "unverify") == 200
    assert patch(bo, account, {"billing_address": NEW})["billing_address"] == NEW


def test_undoing_an_approved_change_waits_too(north: Company, account: Any) -> None:
    change = ask(north, account)
    post(north.api("admin"), change, "approve")
    act = north.api("admin").get("/api/v1/acts").json()["items"][0]
    back = north.api("admin").post(f"/api/v1/acts/{act['id']}/undo", {}, content_type="application/json").json()
    assert [one["record"] for one in back["left"]] == [str(account.pk)]
    assert read(north, account) == NEW
    with north.as_("admin"):
        assert PendingChange.objects.filter(state="waiting").count() == 1
        assert ValueStanding.objects.get(record_id=account.pk, field="billing_address").method == "office"
