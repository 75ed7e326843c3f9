"""My day: what comes first, why, and what the acts do."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.entities.ranking import Candidate, ranked, written
from crm.customers.models import Activity
from crm.kernel.base.clock import now
from crm.kernel.pages.myday import Item
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

DAY = datetime.timedelta(days=1)


def lines(company: Company, name: str = "ada") -> list[Candidate]:
    with company.as_(name) as actor:
        return ranked(actor, now())


def told(company: Company, name: str = "ada") -> list[tuple[str, str]]:
    return [(one.reason, item.title) for one, item in zip(lines(company, name), items(company, name), strict=True)]


def items(company: Company, name: str = "ada") -> list[Item]:
    with company.as_(name) as actor:
        return written(ranked(actor, now()))


def step(company: Company, subject: str, due: datetime.datetime, **more: Any) -> Any:
    return company.make("activity", {"type": "call", "subject": subject, "due": due, **more}, by="ada")


def talks(company: Company, account: Any, ago: list[int]) -> None:
    for days in ago:
        values = {"type": "call", "subject": f"talk {days}", "record": account.pk, "done_at": now() - days * DAY}
        company.make("activity", values, by="ada")


def test_the_later_the_higher_and_each_says_why(north: Company) -> None:
    step(north, "yesterday", now() - DAY)
    step(north, "long ago", now() - 12 * DAY)
    step(north, "next week", now() + 7 * DAY)
    assert told(north) == [("late", "long ago"), ("late", "yesterday")]
    assert [one.why for one in items(north)] == ["12 days late", "1 day late"]
    assert told(north, "bo") == []


def test_silent_by_their_own_rhythm(north: Company) -> None:
    every12, often, rarely, planned, new = (
        north.make("account", {"name": name}, by="ada") for name in ("Every 12", "Often", "Rarely", "Planned", "New")
    )
    talks(north, every12, [34, 46, 58, 70, 82])
    talks(north, often, [3, 4, 5, 6, 7])
    talks(north, rarely, [60, 120, 180, 240])
    talks(north, planned, [34, 46, 58, 70, 82])
    talks(north, new, [90])
    step(north, "planned", now() + 3 * DAY, record=planned.pk)
    assert told(north) == [("silent", "Every 12")]
    assert items(north)[0].why == "No word for 34 days; usually every 12"


def test_deals_past_their_date_without_step_and_stuck(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    past = {"name": "Past", "account": account.pk, "closes": (now() - 5 * DAY).date()}
    north.make("opportunity", past, by="ada")
    open_ = {"name": "Open", "account": account.pk, "closes": (now() + 50 * DAY).date()}
    deal = north.make("opportunity", open_, by="ada")
    assert told(north) == [("closes", "Past"), ("no_step", "Open")]
    step(north, "x", now() + 5 * DAY, record=deal.pk)
    assert told(north) == [("closes", "Past")]


def test_no_deal_stands_twice_and_a_late_step_tells_its_day(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    for name, days in (("Past", -5), ("Bare", 5), ("Planned", 6)):
        deal = north.make("opportunity", {"name": name, "account": account.pk, "closes": (now() + days * DAY).date()}, by="ada")
    step(north, "Call about Planned", now() - 20 * DAY, record=deal.pk)
    page = north.browser("ada").get("/").content.decode()
    todo, soon = page.split('id="s-todo"')[1].split('id="s-deals"')
    assert all(name in todo for name in ("Past", "Bare", "Call about Planned"))
    assert "Past" not in soon and "Bare" not in soon and ">Planned<" in soon
    assert todo.count("20 days late") == 1


def test_birthdays_and_mentions(north: Company) -> None:
    contact = north.make("contact", {"name": "Wang", "birthday": "1980-" + (now() + 2 * DAY).strftime("%m-%d")}, by="ada")
    north.make("contact", {"name": "Li", "birthday": "1980-" + (now() + 60 * DAY).strftime("%m-%d")}, by="ada")
    assert told(north) == [("birthday", "Wang")]
    ada = north.people["ada"]
    north.make("activity", {"type": "note", "subject": "Look", "record": contact.pk, "body": f"@[Ada](person:{ada.pk}) ?"}, by="bo")
    run_jobs(north.id)
    assert told(north) == [("mention", "Look")] and "周博 asked you, on Wang" in items(north)[0].why
    north.make("activity", {"type": "note", "subject": "Done", "record": contact.pk}, by="ada")
    run_jobs(north.id)
    assert told(north) == [("birthday", "Wang")]


def test_later_hides_and_not_useful_weighs_less(north: Company) -> None:
    late, account = step(north, "late", now() - DAY), north.make("account", {"name": "Quiet"}, by="ada")
    talks(north, account, [34, 46, 58, 70, 82])
    browser = north.browser("ada")
    assert browser.post(f"/day/{late.pk}/late/later", {"days": "3"}, headers={"HX-Request": "true"}).status_code == 204
    assert told(north) == [("silent", "Quiet")]
    others = [step(north, f"late {n}", now() - 2 * DAY) for n in range(4)]
    assert told(north)[0][0] == "late"
    for one in others[:3]:
        browser.post(f"/day/{one.pk}/late/later", {"days": "90", "useless": "1"})
    assert told(north)[0] == ("silent", "Quiet") and told(north)[1][0] == "late"


def test_move_changes_the_date_and_can_be_undone(north: Company) -> None:
    late = step(north, "late", now() - 3 * DAY)
    browser = north.browser("ada")
    assert browser.post(f"/day/{late.pk}/move", {"days": "7"}).status_code == 302
    assert told(north) == []
    with north.as_("ada"):
        assert Activity.objects.get(pk=late.pk).due.time() == late.due.time()
    account = north.make("account", {"name": "x"}, by="ada")
    assert browser.post(f"/day/{account.pk}/move", {"days": "7"}).status_code == 404


@pytest.mark.parametrize("address", ["late/later", "nonsense/later"])
def test_others_and_other_companies_cannot(north: Company, south: Company, address: str) -> None:
    late = step(north, "late", now() - DAY)
    assert south.browser("admin").post(f"/day/{late.pk}/{address}", {"days": "1"}).status_code == 404
    assert north.browser("cleo").post(f"/day/{late.pk}/move", {"days": "1"}).status_code == 404
    assert told(north) == [("late", "late")]


def test_the_page_shows_lines_acts_and_hostile_names_as_text(north: Company) -> None:
    step(north, "<script>x</script>", now() - DAY)
    page = north.browser("ada").get("/").content.decode()
    assert "&lt;script&gt;x" in page and "<script>x" not in page and "1 day late" in page and "Not useful" in page


def test_at_most_eight_questions(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    talks(north, account, [34, 46, 58, 70, 82])
    for number in range(5):
        step(north, f"s{number}", now() - DAY, record=account.pk)
        north.make("opportunity", {"name": f"d{number}", "account": account.pk}, by="ada")
    with north.as_("ada") as actor:
        ranked(actor, now())
        with CaptureQueriesContext(connection) as asked:
            assert len(ranked(actor, now())) == 10
    assert len(asked) <= 8, [one["sql"][:120] for one in asked]
