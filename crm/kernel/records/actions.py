"""`@action`: a write that has a name. The same function is a button, an API operation, a step of an automation."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_type_hints

from django.db import models
from django.utils.translation import gettext as _t

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Date, Fact, FieldError, LongText, Text, YesNo
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.records.writing import locked
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import because, current_actor

_BY_TYPE: dict[type, Callable[..., Fact]] = {str: Text, date: Date, bool: YesNo}


@dataclass(frozen=True, slots=True)
class Action:
    """`run(record, *, actor, **arguments)`; `arguments` are fields, so that form, API and schema read them alike."""

    name: str
    model: type[models.Model]
    label: Any
    needs: str
    run: Callable[..., Any]
    arguments: Mapping[str, Fact]
    icon: str
    when: Callable[[Any], bool]
    primary: bool

    def given_to(self, actor: Actor) -> bool:
        return not self.needs or actor.grants.may(self.needs)


_ACTIONS: dict[str, dict[str, Action]] = {}


def action(
    model: type[models.Model], *, label: Any, needs: str = "", icon: str = "check", primary: bool = False,
    when: Callable[[Any], bool] = lambda record: True, **arguments: Fact,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a named write. Keyword arguments are the fields of its parameters; the rest follow from type hints."""

    def add(run: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(run)
        made: dict[str, Fact] = {}
        for name, parameter in list(inspect.signature(run).parameters.items())[1:]:
            if name == "actor":
                continue
            make = _BY_TYPE.get(hints.get(name, str), LongText)
            field = arguments.get(name) or make(name, required=parameter.default is inspect.Parameter.empty)
            field.name = name
            made[name] = field
        own = _ACTIONS.setdefault(model._meta.label, {})
        own[run.__name__] = Action(run.__name__, model, label, needs, run, made, icon, when, primary)
        return run

    return add


def actions_of(entity: Entity[Any]) -> list[Action]:
    """The named writes of a kind: the primary ones first, each in the order of declaration."""
    found = [one for one in _ACTIONS.get(entity.model._meta.label, {}).values() if in_use(one.run)]
    return sorted(found, key=lambda one: not one.primary)


def available(entity: Entity[Any], record: Any) -> list[Action]:
    """Those which the ambient actor may apply to this record now."""
    actor = current_actor()
    if not policy_for(entity).may(actor, "edit", record):
        return []
    return [one for one in actions_of(entity) if one.given_to(actor) and one.when(record)]


def perform(entity: Entity[Any], name: str, record_id: Any, arguments: Mapping[str, Any]) -> Any:
    """Runs an action on a record: permission, lock, arguments cleaned, reason in the audit log. Answers the record."""
    found = _ACTIONS.get(entity.model._meta.label, {}).get(name)
    actor: Actor = current_actor()
    if found is None or not found.given_to(actor) or not in_use(found.run):
        raise NotAllowed
    record = locked(entity, [record_id], "edit")[0]
    if not found.when(record):
        raise Wrong(_t("“%(label)s” does not fit the present state of this record.") % {"label": found.label})
    cleaned = _cleaned(found, arguments, Reading.of(actor))
    with because(str(found.name)):
        return found.run(record, actor=actor, **cleaned)


def _cleaned(found: Action, arguments: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[Any]] = {name: [_t("There is no such argument.")] for name in arguments if name not in found.arguments}
    for name, field in found.arguments.items():
        try:
            value = field.clean(arguments.get(name), reading)
        except FieldError as error:
            errors[name] = [error.message]
            continue
        if value is None and field.required:
            errors[name] = [_t("%(label)s is needed.") % {"label": field.label}]
        if value is not None or field.required:
            cleaned[name] = value
    if errors:
        raise Wrong(fields=errors)
    return cleaned


def entity_of(record: models.Model) -> Entity[Any]:
    """The kind of a record instance."""
    found = registry.of(type(record))
    assert found is not None
    return found
