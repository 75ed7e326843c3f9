"""What was changed in the settings: who, when, why, and value by value what it was and became."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import gettext as _

from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.newest import newest
from crm.kernel.entity.registry import registry
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.models import TenantModel

ROWS = 25
LONGEST = 300
#: Never shown, not even as it was: what keys are compared by.
_KEPT_BACK = frozenset({"password", "digest", "secret"})
_NAMES = ("name", "code", "email", "labels", "kind", "part")


@dataclass(frozen=True, slots=True)
class Changed:
    """One row that was made, changed or removed. `values` are (column, before, after)."""

    entry: AuditEntry
    called: str
    name: str
    values: list[tuple[str, str, str]]


def tables() -> dict[str, Any]:
    """{table: model} of all that says how the workspace is set up: roles and people, kinds and fields, stages and reasons."""
    found: dict[str, Any] = {
        model._meta.db_table: model for model in apps.get_models() if issubclass(model, TenantModel) and model.configuration
    }
    return found | {entity.model._meta.db_table: entity.model for entity in registry.all() if entity.configures}


def changed(before: str) -> tuple[list[Changed], str]:
    """(the newest changes, or those before the one that `before` names; what names the last of them, "" where no more follow)."""
    known = tables()
    found = AuditEntry.objects.filter(table_name__in=list(known))
    rows, after = newest(found, before, ROWS)
    names = _names(rows, known)
    return [_line(one, known[one.table_name], names) for one in rows], after


def _line(entry: AuditEntry, model: Any, names: dict[UUID, str]) -> Changed:
    return Changed(entry, _called(model), names.get(entry.record, "") or _said(entry), _values(entry))


def _called(model: Any) -> str:
    entity = registry.of(model)
    return str(entity.label if entity is not None else model.configuration)


def _names(rows: list[AuditEntry], known: dict[str, Any]) -> dict[UUID, str]:
    """What the rows are called today."""
    found: dict[UUID, str] = {}
    for table in {one.table_name for one in rows}:
        ids, model = {one.record for one in rows if one.table_name == table}, known[table]
        if registry.of(model) is not None:
            found |= names_of(model, ids)
        else:
            found |= {pk: _name(row) for pk, row in model._default_manager.in_bulk(ids).items()}
    return found


def _name(row: Any) -> str:
    if "__str__" in vars(type(row)):
        return str(row)
    return next((str(getattr(row, name)) for name in ("name", "email", "user", "table_name") if getattr(row, name, None)), "")


def _said(entry: AuditEntry) -> str:
    """What a row that is gone was called."""
    side = 0 if entry.op == AuditEntry.DELETED else 1
    for name in _NAMES:
        value = entry.changes.get(name, (None, None))[side]
        if value:
            return next(iter(value.values()), "") if isinstance(value, dict) else str(value)
    return _("removed since")


def _values(entry: AuditEntry) -> list[tuple[str, str, str]]:
    return [(name, _text(pair[0]), _text(pair[1])) for name, pair in sorted(entry.changes.items()) if name not in _KEPT_BACK | {"id"}]


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
