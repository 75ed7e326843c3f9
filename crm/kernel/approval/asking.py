"""Asking the customer: whom, by which letter; and his answer by the link or by the code told on the phone."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for, rows_for
from crm.kernel.approval import links, values
from crm.kernel.approval.deciding import Case, answered_by_customer, case, customer_of, trace
from crm.kernel.approval.models import Approver, PendingChange
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import FieldError
from crm.kernel.entity.forms.email import parse_email
from crm.kernel.entity.forms.moments import show_datetime
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry, same_model
from crm.kernel.identity.attempts import Limit, forgive, take
from crm.kernel.identity.origin import Origin
from crm.kernel.mail.actions import configured, send
from crm.kernel.quality.queries import standings
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_actor

#: Wrong codes for one change, and from one network, within ten minutes; answers by links from one network.
CODES = Limit("approval-code", by_email=5, by_address=50)
ANSWERS = Limit("approval-link", by_email=20, by_address=60)
MOST_PEOPLE, MOST_LETTERS = 50, 20


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who can be asked: an e-mail of the record itself, or of a record that belongs to it."""

    name: str
    address: str
    contact: UUID | None


def recipients(entity: Entity[Any], record: Any, change: PendingChange) -> list[Recipient]:
    """Whom the letter can go to: the addresses that the record and what is linked to it hold, as far as the actor sees them; but for
    those that whoever asked for the change, or sends the letter, has put there since the value was verified."""
    actor = current_actor()
    found = [(record.pk, Recipient(entity.name_of(record), address, None)) for address in _addresses(entity, record)]
    for other in registry.all():
        fields = policy_for(other).fields(actor) if policy_for(other).may(actor, "view") else {}
        link = next((one for one in fields.values() if one.type == "link" and same_model(one.target, entity.model)), None)
        if link is None or other.kind == entity.kind or not any(one.type == "email" for one in fields.values()):
            continue
        rows = other.model._default_manager.filter(rows_for(other, actor), deleted_at=None, **{f"{link.name}_id": record.pk})
        for row in rows.order_by("pk")[:MOST_PEOPLE]:
            found += [(row.pk, Recipient(other.name_of(row), address, row.pk)) for address in _addresses(other, row)]
    own = _own_doing({pk for pk, _one in found}, change)
    return list({one.address: one for pk, one in reversed(found) if (pk, one.address) not in own}.values())[::-1]


def _addresses(entity: Entity[Any], record: Any) -> list[str]:
    fields = policy_for(entity).fields(current_actor()).values()
    found = [one.value(record) for one in fields if one.type == "email" and not one.part_of]
    return [one for one in found if one]


def _own_doing(ids: set[UUID], change: PendingChange) -> set[tuple[UUID, str]]:
    """{(record, text)} of what those who want the change have written since the value was verified: nobody confirms to himself."""
    mark = standings([change.record_id], [change.field]).get(change.record_id, {}).get(change.field)
    since = mark.at if mark is not None else change.asked_at
    people = [one for one in (change.asked_by_id, current_actor().id) if one is not None]
    entries = AuditEntry.objects.filter(record__in=ids, at__gt=since, actor__in=people).values_list("record", "changes")
    return {(pk, pair[1]) for pk, changes in entries for pair in changes.values() if isinstance(pair, list) and isinstance(pair[-1], str)}


def ask_customer(change_id: UUID, address: str, language: str = "") -> Approver:
    """Sends the link and the code to an address that the record or somebody at it has. Who asked for the change and who may edit the
    record may. Raises Wrong for another address, Conflict where no mail server is set up."""
    found = case(change_id)
    if current_actor().id != found.change.asked_by_id and not policy_for(found.entity).may(current_actor(), "edit", found.record):
        raise NotAllowed
    row = customer_of(found)
    known = next((one for one in recipients(found.entity, found.record, found.change) if one.address == _read(address)), None)
    if known is None:
        said = _(
            "Choose an address of the record or its people that was not put there, since the value was verified, by who wants the change."
        )
        raise Wrong(fields={"address": [said]})
    if not configured():
        raise Conflict(_("No mail server is set up. Start Kith with KITH_SMTP_URL and send it again."))
    if row.serial >= MOST_LETTERS:
        raise Conflict(_("The customer was asked %(n)s times. Withdraw the change, or let an office decide.") % {"n": MOST_LETTERS})
    row.address, row.contact_id = known.address, known.contact
    row.language = language if language in dict(settings.LANGUAGES) else Workspace.objects.get().language
    _letter(found.change, row, found.label, "sent")
    return row


def _read(address: str) -> str:
    try:
        return parse_email(address, Reading.of(current_actor())) or ""
    except FieldError:
        return ""


def remind_customer(change: PendingChange, row: Approver, label: str) -> None:
    """The letter once more, with a new link."""
    if configured() and row.address and row.serial < MOST_LETTERS:
        _letter(change, row, label, "reminded")


def _letter(change: PendingChange, row: Approver, label: str, what: str) -> None:
    row.serial, row.sent_at, row.opened_at = row.serial + 1, now(), None
    row.save()
    company = Workspace.objects.get()
    with translation.override(row.language), timezone.override(ZoneInfo(company.time_zone)):
        asker = change.asked_by.name if change.asked_by is not None else company.name
        facts = {"company": company.name, "who": asker, "field": _field_in_words(change, label)}
        facts |= {"link": links.url_of(row), "code": links.code_of(row)}
        facts["until"] = show_datetime(change.expires_at, Reading(row.language, time_zone=company.time_zone))
        subject = _("%(company)s asks you to confirm a change: %(field)s") % facts
        text = _(
            "%(who)s of %(company)s asks you to confirm a change: %(field)s.\n\n"
            "See the old and the new value and answer here, until %(until)s:\n%(link)s\n\n"
            "If you are asked on the phone, the code is %(code)s. Tell it only if you agree to the change.\n\n"
            "If you know nothing of this, open the link and say no: then nothing changes.\n"
        )
        send(row.address, subject, text % facts)
    trace(change, what, address=row.address)


def _field_in_words(change: PendingChange, label: str) -> str:
    entity = registry.kind(change.kind)
    field = entity.fields.get(change.field) if entity is not None else None
    return str(field.label) if field is not None else label


def by_link(address: links.Address) -> Case | None:
    """The change that a link is about, while it can be answered by it; inside the scope of its workspace as Kith itself."""
    row = Approver.objects.filter(pk=address.approver_id).first()
    if row is None or row.serial != address.serial or row.answer:
        return None
    try:
        found = case(row.change_id)
        return found if customer_of(found).pk == row.pk else None
    except (NotFound, Conflict, NotAllowed):
        return None


def opened(found: Case, whence: str) -> None:
    """Notes that the link was looked at, the first time."""
    row = customer_of(found)
    if row.opened_at is None:
        row.opened_at = now()
        row.save(update_fields=["opened_at"])
        trace(found.change, "opened", address=row.address, whence=whence)


def answer_by_link(address: links.Address, yes: bool, comment: str, origin: Origin) -> PendingChange | None:
    """The customer's answer; None where the link answers nothing any more. Raises Paused for too many from one network."""
    take(ANSWERS, str(address.approver_id), origin)
    found = by_link(address)
    return answered_by_customer(found, customer_of(found), yes, comment, "link", origin.address) if found is not None else None


def answer_by_code(change_id: UUID, code: str, origin: Origin, comment: str = "") -> PendingChange:
    """The code that the customer reads out on the phone, typed in by a colleague who may edit the record. Five wrong ones, and no more is
    taken for ten minutes. Raises Wrong, Paused."""
    found = case(change_id)
    if not policy_for(found.entity).may(current_actor(), "edit", found.record):
        raise NotAllowed
    row = customer_of(found)
    if not row.serial:
        raise Wrong(fields={"code": [_("Send the customer the letter first: the code stands in it.")]})
    key = f"{row.pk}:{row.serial}"
    left = take(CODES, key, origin)
    if not links.right_code(row, code):
        raise Wrong(fields={"code": [_("This is not the code of the last letter. Tries left: %(n)s.") % {"n": left}]})
    forgive(CODES, key, origin)
    return answered_by_customer(found, row, True, comment, "code", origin.address)


def pair(found: Case, reading: Reading) -> tuple[str, str]:
    """(the value in force, the new one) in words."""
    here = values.present(found.entity, found.record, found.change.field)
    return tuple(values.shown(found.entity, found.change.field, kept, reading) for kept in (here, found.change.new))  # type: ignore[return-value]
