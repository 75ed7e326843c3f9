"""What the part does, asked through the product."""

import json
from typing import Any

from crm.kernel.testing.cast import Company


def send(client: Any, method: str, url: str, body: Any) -> Any:
    return client.generic(method, url, json.dumps(body), content_type="application/json")


def lent(north: Company, **values: Any) -> dict[str, Any]:
    account = north.make("account", {"name": "Buyer"})
    sent = {"item": "Projector", "account": str(account.pk), "lent_on": "2026-01-05", "due_on": "2026-02-01", **values}
    made = send(north.api("admin"), "POST", "/api/v1/loans", sent)
    assert made.status_code == 201, made.content
    found: dict[str, Any] = made.json()
    return found


def test_it_is_taken_back(north: Company) -> None:
    loan = lent(north)
    done = send(north.api("admin"), "POST", f"/api/v1/loans/{loan['id']}/actions/take_back", {"returned_on": "2026-02-03"})
    assert done.status_code == 200 and done.json()["returned_on"] == "2026-02-03"


def test_it_cannot_come_back_before_it_left(north: Company) -> None:
    loan = lent(north)
    refused = send(north.api("admin"), "PATCH", f"/api/v1/loans/{loan['id']}", {"returned_on": "2026-01-01"})
    assert refused.status_code == 422 and "returned_on" in refused.json()["fields"]


def test_what_is_overdue_has_a_page_in_both_languages(north: Company) -> None:
    lent(north)
    lent(north, item="Camera", returned_on="2026-02-01")
    browser = north.browser("admin")
    page = browser.get("/loans/overdue").content.decode()
    assert "Projector" in page and "Camera" not in page and "Overdue loans" in page
    with north.as_("admin"):
        person = north.people["admin"]
        type(person).objects.filter(pk=person.pk).update(language="zh-hans")
    assert "逾期未还" in north.browser("admin").get("/loans/overdue").content.decode()
    assert "借用方" in north.browser("admin").get("/loans/").content.decode()


def test_it_stands_in_the_menu(north: Company) -> None:
    assert "/loans/overdue" in north.browser("admin").get("/").content.decode()
