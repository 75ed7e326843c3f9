"""Rules across the fields of one kind, declared on its entity (`rules = [...]`) and kept on every path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.entity import Entity

Message = str | Promise


class Rule(Protocol):
    """`broken` answers {field: message} for what does not fit in the whole record as it would stand."""

    def broken(self, entity: Entity[Any], values: Mapping[str, Any]) -> dict[str, Message]: ...


@dataclass(frozen=True, slots=True)
class NotBefore:
    """`late` may not be earlier than `early`, where both are there."""

    late: str
    early: str

    def broken(self, entity: Entity[Any], values: Mapping[str, Any]) -> dict[str, Message]:
        late, early = values.get(self.late), values.get(self.early)
        if late is None or early is None or late >= early:
            return {}
        return {self.late: _("This cannot be before “%(early)s”.") % {"early": entity.fields[self.early].label}}


@dataclass(frozen=True, slots=True)
class Together:
    """Where one of these is there, all of them are needed."""

    names: tuple[str, ...]

    def broken(self, entity: Entity[Any], values: Mapping[str, Any]) -> dict[str, Message]:
        missing = [name for name in self.names if values.get(name) in (None, "")]
        if not missing or len(missing) == len(self.names):
            return {}
        return {name: _("%(label)s is needed here.") % {"label": entity.fields[name].label} for name in missing}


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of these is needed."""

    names: tuple[str, ...]

    def broken(self, entity: Entity[Any], values: Mapping[str, Any]) -> dict[str, Message]:
        if any(values.get(name) not in (None, "") for name in self.names):
            return {}
        labels = " / ".join(str(entity.fields[name].label) for name in self.names)
        return {self.names[0]: _("One of these is needed: %(labels)s.") % {"labels": labels}}


def check(entity: Entity[Any], values: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, list[Message]]:
    """{field: messages} of every rule of the kind that the record would break; `values` are cleaned and win over `old`."""
    found: dict[str, list[Message]] = {}
    whole = {**old, **values}
    for rule in entity.rules:
        for name, message in rule.broken(entity, whole).items():
            found.setdefault(name, []).append(message)
    return found
