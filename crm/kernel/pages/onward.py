"""Where to go after a write: the record's page, or its list where the write has taken the record out of sight."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
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


def asked_from(request: HttpRequest) -> str:
    """The path of the page that htmx asked from; "" where that cannot be told."""
    there = request.headers.get("HX-Current-URL", "")
    path = "/" + there.split("//", 1)[-1].partition("/")[2] if there else ""
    return path if path.startswith("/") and len(path) > 1 else ""
