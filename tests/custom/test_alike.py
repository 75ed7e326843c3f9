"""Fields of a company's own that tell who somebody is: shipped kinds are compared by them, records that stood before, too."""

from typing import Any

from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs
from tests.custom.test_api import send, vehicle


def alike(api: Any, plural: str, **given: Any) -> list[tuple[str, list[str]]]:
    answer = send(api, "POST", f"/api/v1/{plural}/duplicates", given)
    assert answer.status_code == 200, answer.content
    return [(one["title"], one["reasons"]) for one in answer.json()["items"]]


def test_accounts_are_compared_by_a_number_of_ones_own(north: Company) -> None:
    api = north.api("admin")
    fields = "/api/v1/kinds/account/fields"
    for label, type_ in (("Customer number", "text"), ("Old number", "text"), ("Billing mail", "email"), ("Notes", "long_text")):
        assert send(api, "POST", fields, {"label": label, "type": type_}).status_code == 201
    for name, number in (("Harbour Cranes", "K-100 7"), ("Tall Trees", "K-2000")):
        made = send(api, "POST", "/api/v1/accounts", {"name": name, "customer_number": number, "billing_mail": f"{name[:4]}@example.com"})
        assert made.status_code == 201
    asked = {"name": "Something else", "customer_number": "k-1007"}
    assert alike(api, "accounts", **asked) == [], "nobody said that it tells anything"
    wrong = send(api, "PATCH", f"{fields}/notes", {"alike": True})
    assert wrong.status_code == 422 and "alike" in wrong.json()["fields"]
    assert send(north.api("ada"), "PATCH", f"{fields}/customer_number", {"alike": True}).status_code == 403
    for name in ("customer_number", "old_number", "billing_mail"):
        assert send(api, "PATCH", f"{fields}/{name}", {"alike": True}).status_code == 200
    run_jobs(north.id)
    assert alike(api, "accounts", **asked) == [("Harbour Cranes", ["The same “Customer number”"])]
    assert alike(api, "accounts", name="Something else", old_number="k-1007") == [], "each field is compared with itself alone"
    likely = alike(api, "accounts", name="Harbour Crane", email="harb@example.com")
    assert likely == [("Harbour Cranes", ["The same e-mail address", "The name differs in one character"])]
    page = north.browser("admin").get("/accounts/new").content.decode()
    assert "customer_number" in page
    api.delete(f"{fields}/customer_number")
    run_jobs(north.id)
    assert alike(api, "accounts", name="Something else") == []
    send(api, "POST", f"{fields}/customer_number/restore")
    send(api, "POST", "/api/v1/accounts", {"name": "Third", "customer_number": "K-3000"})
    run_jobs(north.id)
    assert alike(api, "accounts", **asked)[0][0] == "Harbour Cranes"
    assert send(api, "PATCH", f"{fields}/customer_number", {"alike": False}).status_code == 200
    run_jobs(north.id)
    assert alike(api, "accounts", **asked) == []


def test_contacts_and_leads_too_and_a_hidden_field_tells_nothing(north: Company, south: Company) -> None:
    api = north.api("admin")
    for kind, plural in (("contact", "contacts"), ("lead", "leads")):
        made = send(api, "POST", f"/api/v1/kinds/{kind}/fields", {"label": "Badge", "type": "integer", "alike": True})
        assert made.status_code == 201, made.content
        assert send(api, "POST", f"/api/v1/{plural}", {"name": "Wei Chen", "badge": 4711}).status_code == 201
        assert alike(api, plural, name="Olga Petrova", badge="4,711") == [("Wei Chen", ["The same “Badge”"])]
        assert alike(api, plural, name="Olga Petrova", badge=4712) == []
    other = south.api("admin")
    assert alike(other, "contacts", name="Olga Petrova") == []


def test_a_choice_that_is_made_later_counts_for_records_that_stand(north: Company) -> None:
    api = north.api("admin")
    vehicle(api)
    send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": "Plate", "type": "text"})
    send(api, "POST", "/api/v1/vehicles", {"name": "Harbour crane, blue", "plate": "沪A 1234"})
    assert alike(api, "vehicles", name="Harbour crane blu", plate="沪A1234") == []
    browser = north.browser("admin")
    form = {"label.en": "Plate", "alike": "on"}
    assert b"Tells who it is" in browser.get("/settings/kinds/vehicle/fields/plate", headers={"HX-Request": "true"}).content
    assert browser.post("/settings/kinds/vehicle/fields/plate", form).status_code == 200
    run_jobs(north.id)
    assert alike(api, "vehicles", name="X", plate="沪A1234") == [("Harbour crane, blue", ["The same “Plate”"])]
    send(api, "PATCH", "/api/v1/kinds/vehicle", {"alike": True})
    run_jobs(north.id)
    assert alike(api, "vehicles", name="Harbour crane blu")[0][0] == "Harbour crane, blue"
