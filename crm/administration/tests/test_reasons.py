"""Every change of the settings is listed with who and why."""

import re
from urllib.parse import quote, unquote_plus, urlencode

from crm.kernel.audit.models import AuditEntry
from crm.kernel.testing.cast import Company

WHY = "新车队 starts in May"


def shown(company: Company, who: str = "admin", before: str = "") -> str:
    answer = company.browser(who).get("/settings/audit", {"before": before} if before else {})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_what_is_changed_in_the_settings_is_listed_with_who_and_why(north: Company) -> None:
    client = north.browser("admin")
    client.post("/settings/teams", urlencode({"name": "Fleet", "_why": WHY}), content_type="application/x-www-form-urlencoded")
    page = shown(north)
    assert "Fleet" in page and WHY in page and "Admin Lee" in page
    with north.as_kith():
        made = AuditEntry.objects.filter(table_name="team", op="I").latest("at")
    assert made.reason == WHY


def test_programs_and_parts_of_pages_say_why_in_a_header(north: Company) -> None:
    api = north.api("admin")
    kind = {"label": "Vehicle", "name": "vehicle", "plural": "vehicles"}
    head = {"X-Reason": quote(WHY)}
    assert api.post("/api/v1/kinds", kind, content_type="application/json", headers=head).status_code == 201
    field = {"name": "seats", "label": "Seats", "type": "integer"}
    assert api.post("/api/v1/kinds/vehicle/fields", field, content_type="application/json", headers=head).status_code == 201
    with north.as_kith():
        assert {one.reason for one in AuditEntry.objects.filter(table_name__in=("custom_kind", "custom_field"), op="I")} == {WHY}
    made = api.post("/api/v1/accounts", {"name": "Alpha"}, content_type="application/json", headers={"X-Reason": "x" * 900})
    with north.as_kith():
        entry = AuditEntry.objects.filter(record=made.json()["id"]).latest("at")
    assert entry.reason == "x" * 200
    assert "Seats" in shown(north) or "seats" in shown(north)


def test_no_key_is_shown_and_older_changes_are_a_page_away(north: Company) -> None:
    client = north.browser("admin")
    for number in range(30):
        client.post("/settings/teams", {"name": f"Team {number:02}"})
    first = shown(north)
    assert "Team 29" in first and "Team 00" not in re.sub(r"<option.*?</option>", "", first)
    assert "argon2" not in first and "pbkdf2" not in first
    found = re.search(r'rel="next" href="\?before=([^"#]+)', first)
    assert found
    assert "Team 00" in shown(north, before=unquote_plus(found[1]))
    assert "Team 29" in shown(north, before="nonsense")


def test_it_is_for_those_who_read_the_audit_log(north: Company) -> None:
    assert north.browser("ada").get("/settings/audit").status_code in (403, 404)
