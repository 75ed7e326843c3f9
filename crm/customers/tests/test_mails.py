"""Mails on records: taken in once, matched, shown, refused; by page and by API."""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.customers.models import Activity, Contact, Mail
from crm.kernel.base.clock import now
from crm.kernel.files import keeping
from crm.kernel.files.jobs import keep_rules
from crm.kernel.files.models import FileRef
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.notify.models import Mention
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

HTML = b"<p>Dear Ada,</p><script>alert(1)</script><p>we <b>agree</b>.</p><img src='http://spy.example/x.gif'>"


def eml(sender: str = "陈静 <chen@acme.cn>", subject: str = "报价 <b>x</b>", number: str = "1", to: str = "ada@north.example") -> bytes:
    head = f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: Mon, 2 Mar 2026 09:15:00 +0800\nMessage-ID: <{number}@acme.cn>\n"
    body = (
        b"Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/html\n\n" + HTML + b"\n--q\n"
        b"Content-Type: image/png\nContent-Disposition: attachment; filename=\"..\\\\..\\\\evil\xe2\x80\xaegnp.html\"\n\n"
        b"<script>alert(2)</script>\n--q--\n"
    )
    return head.encode() + body


def take(client: Client, plural: str, pk: object, raw: bytes) -> tuple[int, dict[str, object]]:
    answer = client.post(f"/api/v1/{plural}/{pk}/mails", {"file": SimpleUploadedFile("m.eml", raw)})
    return answer.status_code, answer.json()


def test_a_mail_becomes_an_activity_with_its_people_and_files(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    contact = north.make("contact", {"name": "陈静", "email": "chen@acme.cn", "account": account.pk}, by="ada")
    status, told = take(north.api("ada"), "accounts", account.pk, eml())
    assert status == 201 and told["known"] is False and told["people"] == [str(contact.pk)]
    assert told["unknown"] == [{"name": "", "address": "ada@north.example"}]
    with north.as_("ada"):
        made = Activity.objects.get(pk=told["id"])
        assert (made.type, made.direction, made.subject, made.account_id) == ("email", "in", "报价 <b>x</b>", account.pk)
        assert made.body == "Dear Ada,\n\nwe agree." and made.done_at.isoformat().startswith("2026-03-02T01:15")
        names = dict(FileRef.objects.filter(record_id=made.pk).values_list("name", "mime"))
        assert names.pop("evilgnp.html") == "application/octet-stream" and len(names) == 1
    page = north.browser("ada").get(f"/contacts/{contact.pk}/").content.decode()
    assert "we agree." in page and "报价 &lt;b&gt;x" in page and "evilgnp.html" in page and "alert(" not in page


def test_the_same_mail_again_is_the_first_one(north: Company) -> None:
    account, other = (north.make("account", {"name": name}, by="ada") for name in ("Acme", "Other"))
    _status, first = take(north.api("ada"), "accounts", account.pk, eml())
    status, again = take(north.api("ada"), "accounts", other.pk, eml())
    assert status == 200 and again["known"] is True and again["id"] == first["id"]
    answer = north.browser("ada").post(f"/mails/{other.pk}", {"file": SimpleUploadedFile("m.eml", eml())}, headers={"HX-Request": "true"})
    assert answer.status_code == 204 and "here already" in answer["HX-Trigger"] and first["id"] in answer["HX-Trigger"]
    with north.as_("ada"):
        assert Mail.objects.count() == 1


def test_who_may_not_see_the_first_one_hears_nothing_of_it(north: Company) -> None:
    hers, his = north.make("account", {"name": "Hers"}, by="ada"), north.make("account", {"name": "His"}, by="cleo")
    _status, first = take(north.api("ada"), "accounts", hers.pk, eml())
    status, second = take(north.api("cleo"), "accounts", his.pk, eml())
    assert status == 201 and second["id"] != first["id"]


def test_ours_is_outgoing_and_further_addresses_count(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    contact = north.make("contact", {"name": "Wang"}, by="ada")
    north.make("contact_point", {"record": contact.pk, "type": "email", "value": "wang@home.example"}, by="ada")
    me = north.people["ada"].email
    _status, told = take(north.api("ada"), "accounts", account.pk, eml(sender=me, to="Wang@Home.example"))
    assert told["people"] == [str(contact.pk)] and told["unknown"] == []
    with north.as_("ada"):
        assert Activity.objects.get(pk=told["id"]).direction == "out"


def test_a_stranger_is_offered_and_becomes_a_contact_of_his_company(north: Company) -> None:
    deal = north.make("account", {"name": "Somewhere"}, by="ada")
    company = north.make("account", {"name": "Acme Tools", "website": "www.acme.cn"}, by="ada")
    _status, told = take(north.api("ada"), "accounts", deal.pk, eml())
    browser = north.browser("ada")
    assert "Add as contact" in browser.get(f"/accounts/{deal.pk}/").content.decode()
    dialog = browser.get(f"/mails/{told['id']}/person?address=chen@acme.cn").content.decode()
    assert 'value="陈静"' in dialog and 'value="Acme Tools"' in dialog
    given = {"address": "chen@acme.cn", "name": "陈静", "company": "Acme Tools"}
    assert browser.post(f"/mails/{told['id']}/person", given).status_code == 204
    with north.as_("ada"):
        made = Contact.objects.get(email="chen@acme.cn")
        assert made.account_id == company.pk
    assert "is not among the contacts" not in browser.get(f"/accounts/{deal.pk}/").content.decode()
    assert browser.post(f"/mails/{told['id']}/person", given).status_code == 404


def test_what_is_no_mail_is_refused_in_one_sentence(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    status, said = take(north.api("ada"), "accounts", account.pk, b"%PDF-1.7")
    assert status == 422 and "This is not a mail" in str(said)
    with north.as_("ada"):
        assert not Activity.objects.exists()


def test_a_mail_from_outside_names_nobody(north: Company) -> None:
    account, bo = north.make("account", {"name": "Acme"}, by="ada"), north.people["bo"]
    mark = f"@[Boss](person:{bo.pk})"
    raw = f"From: x@evil.example\nSubject: {mark} hello\nMessage-ID: <9@evil.example>\n\nPlease {mark} pay.".encode()
    _status, told = take(north.api("ada"), "accounts", account.pk, raw)
    run_jobs(north.id)
    with north.as_("ada"):
        made = Activity.objects.get(pk=told["id"])
        assert (made.subject, made.body) == ("@Boss hello", "Please @Boss pay.")
        assert not Mention.objects.exists()


def test_a_hidden_address_finds_nobody(north: Company) -> None:
    account = north.make("account", {"name": "Acme", "website": "https://acme.cn"}, by="ada")
    north.make("contact", {"name": "陈静", "email": "chen@acme.cn"}, by="ada")
    contact = north.make("contact", {"name": "Wang"}, by="ada")
    north.make("contact_point", {"record": contact.pk, "type": "email", "value": "wang@home.example"}, by="ada")
    with north.as_("admin"):
        role = north.roles["Seller"]
        closed = {
            "contact": {"fields": {"email": "hidden"}},
            "contact_point": {"fields": {"value": "hidden"}},
            "account": {"fields": {"website": "hidden"}},
        }
        save_role(role.pk, role.name, role.description, {**role.grants, "kinds": {**role.grants["kinds"], **closed}})
    _status, told = take(north.api("ada"), "accounts", account.pk, eml(to="wang@home.example"))
    assert told["people"] == [] and {one["address"] for one in told["unknown"]} == {"chen@acme.cn", "wang@home.example"}
    dialog = north.browser("ada").get(f"/mails/{told['id']}/person", {"address": "chen@acme.cn"}).content.decode()
    assert 'name="company" value="Acme"' in dialog, "the domain speaks for itself"
    assert take(north.api("bo"), "accounts", account.pk, eml(number="2", to="wang@home.example"))[1]["people"], "others find them"


def test_rights_and_other_companies(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    for client in (south.api("admin"), north.api("cleo")):
        assert take(client, "accounts", account.pk, eml())[0] == 404
    assert take(north.api("ada", ["read"]), "accounts", account.pk, eml())[0] == 403
    assert south.browser("admin").post(f"/mails/{account.pk}", {"file": SimpleUploadedFile("m.eml", eml())}).status_code == 404
    _status, told = take(north.api("ada"), "accounts", account.pk, eml())
    assert south.browser("admin").get(f"/mails/{told['id']}/person?address=chen@acme.cn").status_code == 404


def test_a_rule_about_files_leaves_the_original_of_a_mail(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    _status, told = take(north.api("ada"), "accounts", account.pk, eml())
    with north.as_kith():
        FileRef.objects.update(created_at=now() - datetime.timedelta(days=4000))
    with north.as_("admin"):
        keeping.keep({"activity": (365, 0)})
    with north.as_kith():
        keep_rules()
    with north.as_("ada"):
        there = {row.name: row.removed_at is None for row in FileRef.objects.filter(record_id=told["id"])}
        assert there == {"evilgnp.html": False, Mail.objects.get().original.name: True}
