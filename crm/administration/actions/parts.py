"""Which parts a workspace uses: switched off, their kinds, pages, menu lines, panels and jobs are away and their data stays."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Conflict, NotFound
from crm.kernel.entity.models import PartOff
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.guards import need
from crm.kernel.tenancy.parts import off, part_of
from crm.kernel.tenancy.scope import bump_permissions, bump_schema, reshape

RIGHT = "administration.parts"


@dataclass(frozen=True, slots=True)
class Part:
    """One part that a workspace may do without. `needs` are parts without which it cannot be used."""

    name: str
    label: Any
    needs: tuple[str, ...]
    kinds: list[Any]
    on: bool


def parts() -> list[Part]:
    """All that can be switched, in the order in which they stand on each other."""
    unused = off()
    found = []
    for config in apps.get_app_configs():
        if getattr(config, "optional", False):
            name = part_of(config.name)
            kinds = [one.labels for one in registry.shipped.by_kind.values() if part_of(type(one).__module__) == name and one.menu]
            found.append(Part(name, config.verbose_name, tuple(getattr(config, "needs", ())), kinds, name not in unused))
    return found


def switch(name: str, on: bool) -> None:
    """Uses a part, or does without it. Refused where another part that is used needs it, or one that it needs is off."""
    need(RIGHT)
    bump_schema()
    bump_permissions()
    known = {one.name: one for one in parts()}
    part = known.get(name)
    if part is None:
        raise NotFound(_("There is no such part."))
    missing = [known[one].label for one in part.needs if one in known and not known[one].on]
    needing = [one.label for one in known.values() if name in one.needs and one.on]
    if on and missing:
        raise Conflict(_("It needs another part: %(names)s.") % {"names": ", ".join(map(str, missing))})
    if not on and needing:
        raise Conflict(_("Other parts need it: %(names)s.") % {"names": ", ".join(map(str, needing))})
    if on:
        PartOff.objects.filter(part=name).delete()
    else:
        PartOff.objects.get_or_create(part=name)
    reshape()
