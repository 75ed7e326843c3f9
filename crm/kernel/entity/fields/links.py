"""Links between records."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _t

from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.fields.fact import EQUALITY, PRESENCE, SETS, Fact, FieldError, Label, LinkColumn, ModelClass, StoredFact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.entity.storage import Computed as ComputedStorage


class Link(StoredFact, LinkColumn):
    """A link to one record, user or team. `follows=True`: sight of the target carries over (docs/decisions/0009)."""

    type = "link"
    operators = (*EQUALITY, *PRESENCE)
    indexed = False  # the composite key brings its own index

    def __init__(self, to: Any, label: Label = "", *, follows: bool = False, **given: Any) -> None:
        self.follows = follows
        super().__init__(label, to, **given)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, "crm.kernel.tenancy.fields.TenantKey", args, kwargs

    @property
    def target(self) -> ModelClass | None:
        found: ModelClass = self.related_model
        return found

    def columns(self) -> list[str]:
        return [f"{self.name}_id"]

    def value(self, record: Any) -> Any:
        return getattr(record, self.attname)

    def normalise(self, given: Any, record: Any, reading: Reading) -> dict[str, Any]:
        for name in (self.name, self.attname):
            if name in given:
                return {self.attname: self.clean(given[name], reading)}
        return {}

    def names(self) -> list[str]:
        return [self.name, self.attname]

    def clean(self, raw: Any, reading: Reading) -> Any:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        if isinstance(raw, models.Model):
            return raw.pk
        found = as_uuid(raw.get("id") if isinstance(raw, dict) else raw)
        if found is None:
            raise FieldError(_t("Choose a record from the list, or give its id."))
        return found

    def filter_ref(self, path: str = "") -> str:
        return f"{path}{self.name}_id"

    def to_json(self, value: Any) -> Any:
        return str(value) if value else None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


class Links(Fact):
    """Links to several records of the kind `to`, kept in the table `record_link`."""

    type = "links"
    operators = (*SETS, *PRESENCE)
    multiple = True
    indexed = False

    def __init__(self, to: str, label: Label = "", **given: Any) -> None:
        self.facts(label, given)
        self.to = to
        self.storage = ComputedStorage(lambda record: None)

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        self.name = name
        cls.virtual_facts = {**getattr(cls, "virtual_facts", {}), name: self}

    @property
    def target(self) -> ModelClass | None:
        found = registry.kind(self.to)
        return found.model if found is not None else None

    @property
    def filterable(self) -> bool:
        return True

    @property
    def sortable(self) -> bool:
        return False

    def columns(self) -> list[str]:
        return []

    def from_row(self, *raw: Any) -> Any:
        return None

    def clean(self, raw: Any, reading: Reading) -> Any:
        given = raw if isinstance(raw, (list, tuple)) else [part for part in str(raw or "").split(";") if part.strip()]
        found = [one.pk if isinstance(one, models.Model) else as_uuid(one) for one in given]
        if None in found:
            raise FieldError(_t("Choose records from the list, or give their ids."))
        return list(dict.fromkeys(found))

    def normalise(self, given: Any, record: Any, reading: Reading) -> dict[str, Any]:
        return {self.name: self.clean(given[self.name], reading)} if self.name in given else {}

    def to_json(self, value: Any) -> Any:
        return [str(one) for one in value or []]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "format": "uuid"}}
