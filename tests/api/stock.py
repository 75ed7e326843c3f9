"""Two companies with one record of every kind, made once a module: the API must not see from one into the other."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.test import Client

from crm.kernel.base.errors import Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.records import writing
from crm.kernel.rest.openapi.samples import Samples
from crm.kernel.rest.openapi.shapes import writable
from crm.kernel.testing.cast import Company, company

#: What no sample by field type can know.
PARTICULAR: dict[str, dict[str, Any]] = {
    "contact_point": {"value": "021 6488 2107"},
    "currency_rate": {"currency": "USD"},
    "opportunity_line": {"description": "Example"},
    "score_rule": {"condition": "company is filled"},
}


@dataclass
class Stocked:
    """A company, one record of each kind, and an API client for each person."""

    company: Company
    records: dict[str, Any]
    clients: dict[str, Client]

    def api(self, name: str = "admin") -> Client:
        if name not in self.clients:
            self.clients[name] = self.company.api(name)
        return self.clients[name]

    def values(self, entity: Entity[Any]) -> dict[str, Any]:
        """Values with which another record of the kind can be made."""
        with self.company.as_("admin") as actor:
            found = Samples(actor).record(writable(entity, actor), entity)
        if entity.title in found and entity.title_field.type == "text" and entity.kind not in PARTICULAR:
            found[entity.title] = f"Example {uuid4().hex[:8]}"
        if entity.kind == "currency_rate":  # one a day
            found |= {"currency": "USD", "day": str(datetime.date(2000, 1, 1) + datetime.timedelta(days=uuid4().int % 9000))}
        return found | ({"description": "Example"} if entity.kind == "opportunity_line" else {})

    def url(self, entity: Entity[Any], more: str = "") -> str:
        """Address of the record of this kind."""
        return f"/api/v1/{entity.plural}/{self.records[entity.kind].pk}{more}"


def stocked(name: str) -> Stocked:
    """A new company with a record of every kind. What a kind needs is made first."""
    made = Stocked(company(name), {}, {})
    missing = registry.all()
    while missing:
        refused = {}
        for entity in missing:
            try:
                with made.company.as_("admin") as actor:
                    values = Samples(actor).record(writable(entity, actor)) | PARTICULAR.get(entity.kind, {})
                    if entity.kind == "relationship":  # of the kind just made, which suits any two records
                        values["type"] = made.records["relationship_type"].pk if "relationship_type" in made.records else None
                    made.records[entity.kind] = writing.create(entity, values)
            except Refusal as refusal:
                refused[entity] = str(refusal)
        assert len(refused) < len(missing), refused
        missing = list(refused)
    return made
