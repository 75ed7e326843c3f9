"""Values as the audit log keeps them: columns in JSON, turned back into what the model holds and into words."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.reading import Reading


def held(entity: Entity[Any], column: str, raw: Any) -> Any:
    """One kept value as the model's column holds it."""
    if raw is None:
        return None
    found: Any = next(one for one in entity.model._meta.concrete_fields if column in (one.name, one.attname, one.column))
    convert = getattr(found, "from_db_value", None)
    if convert is not None and isinstance(raw, int) and not isinstance(raw, bool):
        return convert(raw, None, None)
    target = found.target_field if found.is_relation else found
    return raw if isinstance(raw, list) else target.to_python(raw)


def in_words(
    entity: Entity[Any], one: Fact, changes: Mapping[str, Sequence[Any]], side: int, record: Any, reading: Reading
) -> str:
    """What a field was (`side` 0) or became (1); columns that the entry did not touch are as the record has them now."""
    raw = [held(entity, name, changes[name][side]) if name in changes else getattr(record, name) for name in one.columns()]
    try:
        return str(one.display(one.from_row(*raw), reading))
    except (FieldError, TypeError, ValueError, AttributeError):
        return " ".join(str(value) for value in raw if value is not None)
