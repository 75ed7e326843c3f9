"""What can be done with one record: the same list for its own menu, the palette and the menu under the pointer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.pages.cells import record_url
from crm.kernel.records.actions import Action, available
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import current_actor

#: How a thing is done: a page that opens by its link, a dialog that is asked for, an act done at once; the last two by these requests.
PAGE, DIALOG, ACT = "", "get", "post"


@dataclass(frozen=True, slots=True)
class Doing:
    """One line of the menu. `how` is PAGE, DIALOG or ACT; `name` tells it apart from the others ("edit", "win")."""

    name: str
    label: str
    icon: str
    url: str
    how: str = PAGE
    bad: bool = False


Source = Callable[[Entity[Any], Any, str], Iterable[Doing]]
_SOURCES: list[Source] = []


def doing(found: Source) -> Source:
    """Contributes `lines(entity, record, there)` to what can be done with a record, behind editing and assigning. `there` is
    the address of the page one comes back to."""
    _SOURCES.append(found)
    return found


def of(entity: Entity[Any], record: Any, there: str = "", actions: Sequence[Action] | None = None) -> list[list[Doing]]:
    """The groups of lines that the ambient actor may do with the record now; empty groups are left out.

    `there`: the page one comes back to, the record's own without; `actions`: of these only, where the others are buttons.
    """
    own = _own(entity, record, there or record_url(entity, record.pk))
    named = _actions(entity, record, available(entity, record) if actions is None else actions)
    return [group for group in (own, named, _around(entity, record), _end(entity, record)) if group]


def lines(entity: Entity[Any], record: Any) -> list[Doing]:
    """The same without groups, as the palette lists them."""
    return [one for group in of(entity, record) for one in group]


def may_take(entity: Entity[Any], record: Any) -> bool:
    """Whether the actor can make the record their own: it has an owner, another one, and they may set it."""
    actor, policy = current_actor(), policy_for(entity)
    if "owner" not in policy.fields(actor) or actor.id is None or record.owner_id == actor.id:
        return False
    return "owner" not in policy.readonly(actor) and policy.may(actor, "edit", record)


def _at(route: str, entity: Entity[Any], pk: UUID, **more: str) -> str:
    return reverse(route, kwargs={"entity": entity, "pk": pk, **more})


def _own(entity: Entity[Any], record: Any, there: str) -> list[Doing]:
    made = []
    if policy_for(entity).may(current_actor(), "edit", record):
        made.append(Doing("edit", _("Edit all fields"), "edit", _at("pages.edit", entity, record.pk)))
    if may_take(entity, record):
        made.append(Doing("take", _("Assign to me"), "person", _at("pages.take", entity, record.pk), ACT))
    for source in _SOURCES:
        if in_use(source):
            made += source(entity, record, there)
    return made


def _actions(entity: Entity[Any], record: Any, found: Sequence[Action]) -> list[Doing]:
    return [
        Doing(one.name, str(one.label), one.icon, _at("pages.act", entity, record.pk, name=one.name), DIALOG if one.arguments else ACT)
        for one in found
    ]


def _around(entity: Entity[Any], record: Any) -> list[Doing]:
    made = []
    policy = policy_for(entity)
    if policy.shareable and policy.may(current_actor(), "edit", record):
        made.append(Doing("share", _("Share"), "people", _at("pages.shares", entity, record.pk), DIALOG))
    if all(policy.may(current_actor(), verb, record) for verb in ("edit", "delete")):
        made.append(Doing("merge", _("Merge with …"), "merge", _at("pages.merge_with", entity, record.pk), DIALOG))
    made.append(Doing("why", _("Who can see this?"), "shield", _at("pages.why", entity, record.pk)))
    made.append(Doing("print", _("Print"), "print", _at("pages.print_record", entity, record.pk)))
    return made


def _end(entity: Entity[Any], record: Any) -> list[Doing]:
    if not policy_for(entity).may(current_actor(), "delete", record):
        return []
    return [Doing("delete", _("Put into the bin"), "trash", _at("pages.delete", entity, record.pk), ACT, bad=True)]
