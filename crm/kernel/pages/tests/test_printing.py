"""On paper: the whole list and not its first page, its groups with sums, a board as a list, a record with its timeline."""

import re

import pytest

from crm.kernel.pages import printing
from crm.kernel.pages.tests.test_screens import account
from crm.kernel.testing.cast import Company

ROW = re.compile(r'<th scope="row">([^<]*)</th>')


def paper(company: Company, who: str, url: str) -> str:
    page = company.browser(who).get(url)
    assert page.status_code == 200, url
    return str(page.content.decode())


def test_the_whole_list_is_printed_and_its_head_says_what_it_is(north: Company) -> None:
    for number in range(60):
        account(north, f"Account {number:02}", by="ada", industry="Toys" if number else "Lamps")
    text = paper(north, "ada", "/accounts/print?filter=industry+%3D+Toys&columns=industry,phone")
    assert ROW.findall(text) == [f"Account {number:02}" for number in range(1, 60)]
    assert "59 records" in text and "Toys</b>" in text and "Ada Whitfield" in text and "data-print-now" in text
    assert "href=\"/accounts/?filter=industry" in text
    account(north, "Zeppelin", by="ada")
    found = paper(north, "ada", "/accounts/print?q=zeppelin")
    assert ROW.findall(found) == ["Zeppelin"] and "Found by “zeppelin”" in found
    assert "Nothing fits this filter" in paper(north, "ada", "/accounts/print?filter=industry+%3D+Glass")


def test_what_does_not_fit_is_said(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MOST", 6)
    monkeypatch.setattr(printing, "STEP", 4)
    for number in range(8):
        account(north, f"Account {number}", by="ada", type="company" if number < 5 else "supplier")
    text = paper(north, "ada", "/accounts/print")
    assert ROW.findall(text) == [f"Account {number}" for number in range(6)]
    assert "first 6 of 8 records" in text and "Narrow the filter" in text
    grouped = paper(north, "ada", "/accounts/print?group=type")
    assert len(ROW.findall(grouped)) == 6 and "first 6 of 8 records" in grouped


def test_without_the_right_to_export_a_print_is_one_page_of_the_list(north: Company) -> None:
    for number in range(52):
        account(north, f"Account {number:02}")
    text = paper(north, "vi", "/accounts/print")
    assert len(ROW.findall(text)) == 50 and "right to export" in text


def test_a_calendar_is_printed_day_by_day(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for subject, due in (("Late", "2026-03-10T07:00:00Z"), ("Early", "2026-03-10T02:00:00Z"), ("Other", "2026-03-28T02:00:00Z")):
        north.make("activity", {"subject": subject, "due": due}, by="ada")
    north.make("activity", {"subject": "Next month", "due": "2026-05-10T02:00:00Z"}, by="ada")
    text = paper(north, "ada", "/activities/calendar/print?by=due&day=2026-03-01")
    assert ROW.findall(text) == ["Early", "Late", "Other"] and "March 2026" in text and "3 records" in text
    assert text.count('class="paper-g"') == 2 and "data-print-now" in text and 'href="/activities/calendar?by=due' in text
    week = paper(north, "ada", "/activities/calendar/print?by=due&day=2026-03-10&span=week&filter=subject+~+late")
    assert ROW.findall(week) == ["Late"]
    monkeypatch.setattr(printing, "MOST", 2)
    assert "first 2" in paper(north, "ada", "/activities/calendar/print?by=due&day=2026-03-01")
    assert 'data-key="print" href="/activities/calendar/print?day=2026-03-01"' in north.browser("ada").get(
        "/activities/calendar?day=2026-03-01"
    ).content.decode()


def test_groups_and_boards_have_their_sums(north: Company) -> None:
    buyer = account(north, "Buyer", by="ada")
    for number, amount in enumerate((1000, 2000)):
        north.make("opportunity", {"name": f"Deal {number}", "account": buyer.pk, "amount": f"{amount} CNY"}, by="ada")
    for url in ("/opportunities/print?group=stage", "/opportunities/board/print"):
        text = paper(north, "ada", url)
        assert sorted(ROW.findall(text)) == ["Deal 0", "Deal 1"], url
        assert "3,000" in text, url
        assert not ROW.findall(paper(north, "ada", f"{url}{'&' if '?' in url else '?'}as_of=2026-01-01")), url
    assert north.browser("ada").get("/contacts/board/print").status_code == 404


def test_a_record_is_printed_whole_with_as_much_of_its_timeline_as_is_asked_for(north: Company) -> None:
    one = account(north, "Harbour & Vale", by="ada", phone="021 6488 2107", description="Old <friend>")
    north.make("contact", {"name": "Chen Jing", "account": one.pk}, by="ada")
    for number in range(3):
        north.make("activity", {"type": "note", "subject": f"Note {number}", "record": one.pk, "body": f"Said {number}"}, by="ada")
    text = paper(north, "ada", f"/accounts/{one.pk}/print")
    assert "Harbour &amp; Vale" in text and "2107" in text and "Old &lt;friend&gt;" in text and "Chen Jing" in text
    assert all(f"Note {number}" in text and f"Said {number}" in text for number in range(3))
    assert "Note 1" not in paper(north, "ada", f"/accounts/{one.pk}/print?entries=0")
    assert "Note 1" in paper(north, "ada", f"/accounts/{one.pk}/print?entries=x")


def test_nobody_prints_what_they_do_not_see(north: Company, south: Company) -> None:
    theirs = account(south, "Secret")
    assert north.browser("admin").get(f"/accounts/{theirs.pk}/print").status_code == 404
    assert "Secret" not in paper(north, "admin", "/accounts/print")
