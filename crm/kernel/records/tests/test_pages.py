"""Lists by key: every order goes on behind its first page, and no address written by hand breaks it."""

import base64
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.registry import registry
from crm.kernel.records import listing
from crm.kernel.testing.cast import Company

KINDS = ("account", "opportunity", "contact", "lead", "activity", "product")


def walked(client: Any, plural: str, sort: str) -> list[str]:
    """The ids of all pages of one record each."""
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        answer = client.get(f"/api/v1/{plural}", {"sort": sort, "limit": 1, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, (sort, answer.content)
        seen += [item["id"] for item in answer.json()["items"]]
        cursor = answer.json()["next"]
        if not cursor:
            break
    return seen


@pytest.mark.parametrize("sort", ["name", "-name", "owner", "stage", "probability", "-amount", "closes", "created_at", "account"])
def test_every_record_comes_once_in_every_order(north: Company, sort: str) -> None:
    account = north.make("account", {"name": "Buyer"})
    more: list[dict[str, Any]] = [{"probability": 20, "amount": 5}, {"closes": "2026-12-01"}, {"account": account.pk, "probability": 35}]
    made = {str(north.make("opportunity", {"name": f"Deal {number}", **one}).pk) for number, one in enumerate(more)}
    seen = walked(north.api("admin"), "opportunities", sort)
    assert len(seen) == 3 and set(seen) == made


@pytest.mark.parametrize("kind", KINDS)
def test_every_sortable_field_goes_on_behind_a_cursor(north: Company, kind: str) -> None:
    entity = registry.kind(kind)
    assert entity is not None
    samples: dict[str, Any] = {"link": uuid.uuid4(), "decimal": Decimal("1.5"), "percent": Decimal("1.5"), "text": "m", "person_name": "m"}
    with north.as_("admin") as actor:
        for name, field in policy_for(entity).fields(actor).items():
            if field.sortable and field.type in samples:
                assert listing.page(entity, None, name, listing.encode(samples[field.type], uuid.uuid4()), 5).next is None


@pytest.mark.parametrize("value", ["abc", {"s": "abc"}, 5, {"d": "2026-01-01"}, True, 1.5, {"t": "2026-01-01T00:00:00+00:00"}])
@pytest.mark.parametrize("sort", ["created_at", "owner", "name", "employees", "founded"])
def test_an_address_written_by_hand_is_refused_or_read(north: Company, sort: str, value: Any) -> None:
    north.make("account", {"name": "One"})
    raw = base64.urlsafe_b64encode(json.dumps([value, str(uuid.uuid4()), False]).encode()).decode().rstrip("=")
    for more in ({}, {"filter": "name filled"}):
        assert north.browser("ada").get("/accounts/", {"sort": sort, "cursor": raw, **more}).status_code in (200, 400, 422)
