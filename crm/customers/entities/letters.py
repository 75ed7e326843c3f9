"""Mails as they stand in timelines and on their own page."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.customers.mails import matching
from crm.customers.models import Activity, Mail
from crm.kernel.access.policy import policy_for
from crm.kernel.entity.registry import registry
from crm.kernel.files.models import FileRef


def shown(activities: Sequence[Activity], actor: Any) -> dict[UUID, Mapping[str, Any]]:
    """{activity: what its template needs} of those which were taken in as mails; the caller has seen that they may be read.

    A sender who is neither colleague nor contact is offered as a contact to those who may add one.
    """
    mails = {one.activity_id: one for one in Mail.objects.filter(activity_id__in=[one.pk for one in activities])} if activities else {}
    if not mails:
        return {}
    originals = {one.original_id for one in mails.values()}
    files: dict[UUID, list[FileRef]] = {}
    for file in FileRef.objects.filter(record_id__in=list(mails)).order_by("created_at", "id"):
        if file.record_id is not None and file.pk not in originals:
            files.setdefault(file.record_id, []).append(file)
    unknown = _unknown(mails.values(), actor)
    return {
        one.pk: {
            "mail": mails[one.pk],
            "activity": one.pk,
            "body": one.body or "",
            "files": files.get(one.pk, []),
            "strangers": [[mails[one.pk].sender_name, address]] if (address := mails[one.pk].sender_address) in unknown else [],
            "whole": False,
        }
        for one in activities
        if one.pk in mails
    }


def _unknown(mails: Any, actor: Any) -> set[str]:
    contacts = registry.kind("contact")
    if contacts is None or not policy_for(contacts).may(actor, "create"):
        return set()
    senders = {one.sender_address for one in mails if one.sender_address}
    return senders - matching.colleagues(senders) - matching.contacts(senders).keys()
