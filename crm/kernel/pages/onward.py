"""Where to go after a write: the record's page, or its list where the write has taken the record out of sight."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.kernel.access.policy import visible
from crm.kernel.entity.entity import Entity
from crm.kernel.pages.cells import record_url


def onward(entity: Entity[Any], pk: UUID, text: str) -> tuple[str, str]:
    """(address, what to say there). A new owner, or a value outside a role's filter, may end the actor's own sight of it."""
    if visible(entity).filter(pk=pk).exists():
        return record_url(entity, pk), text
    return reverse("pages.list", kwargs={"entity": entity}), f"{text} {_('It is no longer among the records that you may see.')}"
