"""Asked in the copy: the new action `part_ways` of accounts is a button and an operation, and tells the audit log why."""

import json
from typing import Any

from crm.kernel.audit.models import AuditEntry


def test_the_action_is_everywhere(north: Any) -> None:
    made = north.make("account", {"name": "Harbour"}, by="ada")
    api, page = north.api("ada"), north.browser("ada")
    assert "part_ways" in api.get("/api/openapi.json").content.decode()
    assert "Part ways" in page.get(f"/accounts/{made.pk}/").content.decode()
    path = f"/api/v1/accounts/{made.pk}/actions/part_ways"
    refused = api.post(path, "{}", content_type="application/json")
    assert refused.status_code == 422 and "why" in refused.json()["fields"]
    done = api.post(path, json.dumps({"why": "They moved away"}), content_type="application/json")
    assert done.status_code == 200, done.content
    assert api.get(f"/api/v1/accounts/{made.pk}").json()["status"] == "former"
    with north.as_("admin"):
        assert AuditEntry.objects.filter(record=made.pk, reason="part_ways").exists()
    assert api.post(path, json.dumps({"why": "again"}), content_type="application/json").status_code in (409, 422)
    assert north.api("cleo").post(path, json.dumps({"why": "x"}), content_type="application/json").status_code == 404
