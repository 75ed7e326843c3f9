"""What customers put on the record page and on my day, over HTTP."""

import datetime
import re
from html import unescape

from crm.customers.models import Activity
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.notify.models import Notification
from crm.kernel.records.writing import change_many
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import deliver


def test_a_call_is_logged_from_any_record_page(north: Company) -> None:
    account = north.make("account", {"name": "盈晟标牌"}, by="ada")
    deal = north.make("opportunity", {"name": "UV", "account": account.pk}, by="ada")
    ada = north.browser("ada")
    for about, plural in ((account, "accounts"), (deal, "opportunities")):
        page = ada.get(f"/{plural}/{about.pk}/")
        assert page.status_code == 200 and f"/activities/log/{about.pk}" in page.content.decode()
        answer = ada.post(f"/activities/log/{about.pk}", {"type": "call", "subject": f"跟进 {plural}", "duration": "12"})
        assert answer.status_code == 302
        assert f"跟进 {plural}" in ada.get(f"/accounts/{account.pk}/").content.decode()
    with north.as_("ada"):
        made = Activity.objects.get(record_id=deal.pk)
        assert made.duration == 12 and made.done_at is not None and made.account_id == account.pk


def test_a_next_step_is_planned_shown_and_done(north: Company) -> None:
    account = north.make("account", {"name": "Harbour & Vale"}, by="ada")
    ada = north.browser("ada")
    answer = ada.post(
        f"/activities/log/{account.pk}", {"type": "task", "subject": "Send <b>samples</b>", "in_days": "1"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204 and answer.headers["HX-Refresh"] == "true"
    page = ada.get(f"/accounts/{account.pk}/").content.decode()
    assert "Send &lt;b&gt;samples" in page and "<b>samples" not in page
    assert "Send &lt;b&gt;samples" in ada.get("/").content.decode()
    with north.as_("ada"):
        made = Activity.objects.get(record_id=account.pk)
        assert made.done_at is None
    assert ada.post(f"/activities/{made.pk}/done").status_code == 302
    with north.as_("ada"):
        assert Activity.objects.get(pk=made.pk).done_at is not None
    assert ada.post(f"/activities/{made.pk}/done").status_code == 422


def test_logging_nothing_is_refused_and_nothing_is_kept(north: Company) -> None:
    account = north.make("account", {"name": "A"}, by="ada")
    ada = north.browser("ada")
    for values in ({"type": "call"}, {"type": "nonsense", "subject": "x"}, {"type": "call", "subject": "x", "duration": "-3"}):
        assert ada.post(f"/activities/log/{account.pk}", values).status_code == 422
    with north.as_("ada"):
        assert not Activity.objects.filter(record_id=account.pk).exists()


def test_another_companys_records_are_not_there(north: Company, south: Company) -> None:
    theirs = south.make("account", {"name": "Secret"})
    task = south.make("activity", {"type": "task", "subject": "x", "record": theirs.pk})
    admin = north.browser("admin")
    assert admin.post(f"/activities/log/{theirs.pk}", {"type": "call", "subject": "x"}).status_code == 404
    assert admin.post(f"/activities/{task.pk}/done").status_code == 404
    with south.as_("admin"):
        assert Activity.objects.get(pk=task.pk).done_at is None


def test_a_reader_gets_no_composer_and_may_not_log(north: Company) -> None:
    account = north.make("account", {"name": "A"})
    vi = north.browser("vi")
    assert "/activities/log/" not in vi.get(f"/accounts/{account.pk}/").content.decode()
    assert vi.post(f"/activities/log/{account.pk}", {"type": "call", "subject": "x"}).status_code == 403


def test_who_knows_whom_is_drawn_and_listed(north: Company) -> None:
    supplies = north.make(
        "relationship_type", {"name": "supplies", "reverse_name": "is supplied by", "first": "account", "second": "account"}
    )
    one = north.make("account", {"name": "Ink & Co"})
    two = north.make("account", {"name": "<script>alert(1)</script>"})
    north.make("contact", {"name": "吴建国", "account": one.pk, "job_title": "总经理"})
    north.make("relationship", {"first": one.pk, "second": two.pk, "type": supplies.pk, "strength": 5})
    page = north.browser("admin").get(f"/accounts/{one.pk}/").content.decode()
    assert 'class="rg"' in page and "supplies" in page and "吴建国" in page
    assert "<script>alert(1)" not in page
    assert 'style="' not in page


def test_my_day_leads_to_lists_that_can_be_read(north: Company) -> None:
    account = north.make("account", {"name": "A"}, by="ada")
    north.make("activity", {"type": "task", "subject": "Ring them", "record": account.pk, "due": "2020-01-01 09:00"}, by="ada")
    ada = north.browser("ada")
    page = ada.get("/").content.decode()
    assert "Ring them" in page
    link = re.search(r'href="(/activities/\?filter=[^"]+)"', page)
    assert link is not None
    listed = ada.get(link[1].replace("&amp;", "&")).content.decode()
    assert "Ring them" in listed


def test_what_a_colleague_gives_to_do_is_told_once(north: Company) -> None:
    customer = north.make("account", {"name": "Harbour"}, by="ada")
    bo = north.people["bo"]
    values = {"type": "task", "subject": "Send the samples", "record": customer.pk}
    north.make("activity", {**values, "owner": bo.pk}, by="ada")
    north.make("activity", {**values, "owner": bo.pk}, by="bo")
    north.make("activity", {**values, "type": "note", "subject": "Said yes", "owner": bo.pk}, by="ada")
    mine = [north.make("activity", {**values, "subject": f"Call {one}"}, by="ada") for one in range(3)]
    deliver(north.id)
    entity = registry.kind("activity")
    assert entity is not None
    with north.as_("ada"):
        change_many(entity, [one.pk for one in mine], {"owner": bo.pk})
    deliver(north.id)
    with north.as_("bo"):
        lines = list(Notification.objects.filter(user_id=bo.pk, topic="").order_by("id"))
    assert [one.text for one in lines] == ["Ada Whitfield gave you: Send the samples", "Ada Whitfield gave you 3 things to do"]
    page = north.browser("bo").get(lines[1].url).content.decode()
    assert "Call 2" in page and "Said yes" not in page


def test_the_whole_list_of_what_is_to_do_opens_from_my_day(north: Company) -> None:
    customer = north.make("account", {"name": "Harbour"}, by="ada")
    north.make("activity", {"type": "task", "subject": "Send the samples", "record": customer.pk, "due": now()}, by="ada")
    browser = north.browser("ada")
    links = [unescape(one) for one in re.findall(r'href="(/activities/\?[^"]*)"', browser.get("/").content.decode())]
    assert links
    for link in links:
        page = browser.get(link).content.decode()
        assert "Send the samples" in page, link


def test_my_day_parts_what_is_due_from_what_comes_and_tells_my_figures(north: Company) -> None:
    customer = north.make("account", {"name": "Harbour"}, by="ada")
    for subject, days in (("Late call", -3), ("Visit soon", 2), ("Far away", 20)):
        due = now() + datetime.timedelta(days=days)
        north.make("activity", {"type": "task", "subject": subject, "record": customer.pk, "due": due}, by="ada")
    north.make("opportunity", {"name": "Forty lenses", "amount": "1054"}, by="ada")
    page = north.browser("ada").get("/").content.decode()
    main, side = page.split('class="home-side"')
    assert "Late call" in main and "Visit soon" not in main
    assert "Visit soon" in side and "Late call" not in side and "Far away" not in page
    assert "1 deal<" in side and "¥1.1k" in side
    link = unescape(re.findall(r'href="(/opportunities/\?filter=[^"]*)"', side)[-1])
    assert "Forty lenses" in north.browser("ada").get(link).content.decode()
