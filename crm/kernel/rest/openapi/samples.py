"""Example values: words for every field type, and ids of records the asker can really see."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any
from uuid import UUID

from crm.kernel.access.models import Share
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.approval.models import PendingChange
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.dedupe.models import Merge
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Field
from crm.kernel.entity.models import CustomField, CustomKind
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.models import EditedBook, ExportRun, ImportRun
from crm.kernel.files.models import FileRef
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import Team
from crm.kernel.queue.models import Task
from crm.kernel.records.actions import Action
from crm.kernel.records.models import BulkRun, ChangeSet

_IDS_A_KIND = 12
OTHERS: dict[str, Any] = {
    "jobs": Task,
    "imports": ImportRun,
    "exports": ExportRun,
    "workbooks": EditedBook,
    "archives": ArchiveRun,
    "files": FileRef,
    "acts": ChangeSet,
    "merges": Merge,
    "bulk_changes": BulkRun,
    "pending_changes": PendingChange,
}
_BY_TYPE: dict[str, Any] = {
    "text": "Example",
    "long_text": "Example",
    "person_name": "Ada Lovelace",
    "integer": 3,
    "decimal": "12.50",
    "money": "1054.00",
    "percent": "40",
    "date": "2026-11-22",
    "datetime": "2026-11-22T09:30:00Z",
    "yes_no": True,
    "email": "ada@example.com",
    "phone": "+862164882107",
    "handle": "ada_lovelace",
    "url": "https://example.com/",
    "country": "CN",
    "currency": "CNY",
    "tags": ["example"],
    "links": [],
}


class Samples:
    """Looks up a few ids a kind, once; without an actor (`Samples.none()`) it gives no ids at all."""

    def __init__(self, actor: Actor | None) -> None:
        self._actor = actor
        self._ids: dict[str, list[UUID]] = {}
        self._others: dict[str, list[UUID]] = {}

    @classmethod
    def none(cls) -> "Samples":
        """For the document in the repository, which must not change with the data."""
        return cls(None)

    def ids(self, entity: Entity[Any]) -> list[UUID]:
        """Up to a dozen ids, newest first."""
        if self._actor is None:
            return []
        if entity.kind not in self._ids:
            rows = visible(entity, "view", self._actor).order_by("-id").values_list("id", flat=True)
            self._ids[entity.kind] = list(rows[:_IDS_A_KIND])
        return self._ids[entity.kind]

    def nth(self, entity: Entity[Any], number: int) -> str | None:
        """An id of its own for each operation, so that trying “delete” does not take away what “read” shows."""
        ids = self.ids(entity)
        return str(ids[number % len(ids)]) if ids else None

    def binned(self, entity: Entity[Any]) -> str | None:
        """A record in the bin, for “restore”."""
        if self._actor is None:
            return None
        rows = policy_for(entity).rows(self._actor, "delete")
        found = entity.model._default_manager.filter(rows, deleted_at__isnull=False).order_by("-id")[:1]
        return next((str(record.pk) for record in found), None)

    def fitting(self, entity: Entity[Any], action: Action) -> str | None:
        """A record in a state in which the action may be run."""
        records = entity.model._default_manager.filter(pk__in=self.ids(entity))
        return next((str(record.pk) for record in records if action.when(record)), None)

    def share(self, entity: Entity[Any]) -> dict[str, str]:
        """A share and the record it is of, to be taken away."""
        records = self.ids(entity) if self._actor is not None else []
        found = Share.objects.filter(record_id__in=records).values_list("record_id", "pk").first()
        return {"id": str(found[0]), "share": str(found[1])} if found else {}

    def team(self) -> str | None:
        """A team of the workspace, to share with."""
        found = Team.objects.order_by("name").values_list("pk", flat=True).first() if self._actor is not None else None
        return str(found) if found else None

    def own(self, tag: str, number: int) -> str | None:
        """One of the actor's own jobs, imports, exports, files or acts."""
        if self._actor is None or self._actor.id is None:
            return None
        if tag not in self._others:
            by = "asked_by_id" if tag == "pending_changes" else "by_id"
            rows = OTHERS[tag].objects.filter(**{by: self._actor.id}, **({"removed_at": None} if tag in ("files", "webhooks") else {}))
            self._others[tag] = list(rows.order_by("-pk").values_list("pk", flat=True)[:_IDS_A_KIND])
        found = self._others[tag]
        return str(found[number % len(found)]) if found else None

    def shaped(self, operation: str) -> dict[str, Any]:
        """A kind and a field of the workspace's own, for the operations that change them; retired ones to bring back."""
        if self._actor is None:
            return {}
        gone = operation.startswith("bring")
        if operation.endswith(("_kind", "kind_back")):
            kind = CustomKind.objects.filter(retired_at__isnull=not gone).values_list("code", flat=True).first()
            return {"kind": kind}
        if operation.endswith("_layout"):
            return {"kind": next(iter(registry.all())).kind}
        field = CustomField.objects.filter(retired_at__isnull=not gone).order_by("-id").first()
        kinds = {one.kind for one in registry.all()}
        if field is None or field.kind not in kinds:
            return {"kind": next(iter(kinds)) if operation in ("own_fields", "make_field") else None, "field": None}
        return {"kind": field.kind, "field": field.name}

    def value(self, field: Field) -> Any:
        """A value that this field accepts; None where there is nothing to show."""
        if field.type in ("choice", "multi_choice"):
            first = next((value for value, _label in field.choices_list), None)
            return first if field.type == "choice" or first is None else [first]
        if field.type == "link":
            return self._target(field, 0)
        return _BY_TYPE.get(field.type)

    def _target(self, field: Field, turn: int) -> str | None:
        """A record of the kind that a link leads to; the asker for a person, any record where any will do."""
        if self._actor is None or not isinstance(field.target, type):
            return None
        label = field.target._meta.label
        if label == "identity.User":
            return str(self._actor.id) if self._actor.id else None
        one = registry.of(field.target)
        entities = [one] if one is not None else registry.all() if label == "records.RecordRow" else []
        found = [pk for entity in entities for pk in self.ids(entity)[-1:]]
        return str(found[turn % len(found)]) if found else None

    def record(self, fields: Mapping[str, Field], entity: Entity[Any] | None = None) -> dict[str, Any]:
        """What must be sent for a new record: as the newest record of the kind has it, else with values that fit."""
        wanted = {name: field for name, field in fields.items() if field.required}
        newest = self._newest(entity)
        sample: dict[str, Any] = {}
        for name, field in wanted.items():
            turn = sum(1 for other in sample if fields[other].type == "link" and fields[other].target is field.target)
            taken = newest is None or field.unique_value or (name == "name" and field.type == "text")
            shown = None if taken else field.to_json(field.value(newest))
            found = self._target(field, turn) if field.type == "link" else self.value(field)
            sample[name] = found if shown is None else shown
        if self._actor is not None and sample.get("name") == _BY_TYPE["text"]:
            sample["name"] = f"{_BY_TYPE['text']} {token_hex(2)}"  # some kinds may have each name once
        return {name: value for name, value in sample.items() if value is not None}

    def _newest(self, entity: Entity[Any] | None) -> Any:
        ids = self.ids(entity) if entity is not None else []
        return entity.model._default_manager.get(pk=ids[0]) if entity is not None and ids else None
