"""With whom one record is shared."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.models import Share
from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import DateTime, FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records import sharing
from crm.kernel.records.reading import fetch
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation


def _shared_alone(entity: Entity[Any]) -> bool:
    """What follows another record is shared with that one."""
    return policy_for(entity).shareable


_TYPES: dict[str, type] = {"user": str, "team": str, "edit": bool, "until": str}


@operation(_("With whom it is shared: %(label)s"), name="shares", scope="read", verb="view", answer="shares", fits=_shared_alone)
def list_shares(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The shares of one record that hold now."""
    return render.page(map(_share, sharing.shares_of(fetch(entity, id).pk)))


@operation(
    _("Share: %(label)s"), name="share", scope="write", verb="edit", body="share", answer="share", success=201,
    fits=_shared_alone,
)  # fmt: skip
def share_record(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """Shares one record with a person or a team; whoever has it already has it so from now on."""
    fetch(entity, id, "edit")
    sent = _checked(read_object(call.request))
    until = _moment(sent["until"], call) if sent.get("until") else None
    whom = {name: _id(name, sent[name]) for name in ("user", "team") if sent.get(name) is not None}
    made = sharing.share(entity, id, **whom, edit=sent.get("edit") or False, until=until)
    return render.answer(_share(made), 201)


@operation(_("Stop sharing: %(label)s"), name="unshare", scope="write", verb="edit", success=204, fits=_shared_alone)
def remove_share(call: Call, entity: Entity[Any], id: UUID, share: UUID) -> HttpResponse:
    """Takes one share away; in force with the next request of everybody."""
    fetch(entity, id, "edit")
    sharing.unshare(entity, id, share)
    return HttpResponse(status=204)


def _checked(sent: dict[str, Any]) -> dict[str, Any]:
    wrong: dict[str, list[Any]] = {}
    for name, value in sent.items():
        if name not in _TYPES:
            wrong[name] = [_t("There is no such field.")]
        elif value is not None and not isinstance(value, _TYPES[name]):
            wrong[name] = [_t("This has another type than it should.")]
    if wrong:
        raise Wrong(fields=wrong)
    return sent


def _id(name: str, raw: str) -> UUID:
    found = as_uuid(raw)
    if found is None:
        raise Wrong(fields={name: [_t("This is no id.")]})
    return found


def _moment(raw: str, call: Call) -> Any:
    try:
        return DateTime("until").clean(raw, Reading.of(call.actor))
    except FieldError as error:
        raise Wrong(fields={"until": [error.message]}) from error


def _share(one: Share) -> dict[str, Any]:
    return {
        "id": one.id,
        "user": one.user_id,
        "team": one.team_id,
        "name": one.user.name if one.user is not None else one.team.name if one.team is not None else "",
        "edit": one.edit,
        "until": render.moment(one.until),
        "by": one.by_id,
        "created_at": render.moment(one.created_at),
    }
