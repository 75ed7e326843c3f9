"""A mail file becomes an activity of the type mail, once."""

import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from crm.customers import letters
from crm.customers.mails import matching
from crm.customers.models import Activity, Mail
from crm.customers.models.activity import ActivityType, Direction
from crm.kernel.access.policy import visible
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.files.actions import keep_with
from crm.kernel.notify.bell import unmarked
from crm.kernel.records.reading import fetch_any, links_of
from crm.kernel.records.writing import change, create
from crm.kernel.tenancy.scope import current_workspace_id

MOST_PEOPLE = 50


@dataclass(slots=True)
class Taken:
    """What became of a mail: its activity, whether it was here already, and who in it is not known: [[name, address]]."""

    activity: Activity
    known: bool = False
    strangers: list[list[str]] = field(default_factory=list)


def take_in(record_id: UUID, raw: bytes) -> Taken:
    """Makes an activity of a mail on a record. Raises NotFound, NotAllowed, and Wrong for what is no mail.

    The same mail again (by its Message-ID, else by its contents) is not taken a second time: the activity that is there
    already comes back, where the actor may see it.
    """
    fetch_any(record_id)
    letter = _read(raw)
    key = letter.message_id or letter.digest
    _one_at_a_time(key)
    there = _known(key)
    if there is not None:
        return Taken(there, True, strangers(there))
    activity = _activity(record_id, letter)
    mail = Mail(
        activity_id=activity.pk,
        key=key,
        message_id=letter.message_id,
        sender_name=letter.sender.name if letter.sender else "",
        sender_address=letter.sender.address if letter.sender else "",
        to=[[one.name, one.address] for one in letter.to],
        cc=[[one.name, one.address] for one in letter.cc],
        quoted=letter.quoted,
        left_out=letter.left_out,
    )
    for one in letter.attachments:
        keep_with(activity.pk, one.name, one.content)
    mail.original_id = keep_with(activity.pk, f"{letter.subject[:80] or _('Mail')}.eml", raw).pk
    mail.save(force_insert=True)
    return Taken(activity, False, strangers(activity))


def _read(raw: bytes) -> letters.Letter:
    try:
        return letters.read(raw)
    except letters.Unreadable as trouble:
        said = {
            "empty": _("This file is empty."),
            "large": _("This mail is too large. At most %(size)s fit.") % {"size": filesizeformat(letters.MOST)},
            "long": _("This mail has more lines than Kith reads. Attach it as a file instead."),
            "nested": _("This mail holds mails within mails too deeply. Attach it as a file instead."),
        }.get(trouble.reason, _("This is not a mail. Save it from your mail program as a file ending in .eml and try again."))
        raise Wrong(said, fields={"file": [said]}) from None


def _one_at_a_time(key: str) -> None:
    """Two windows that take the same mail in at once are put one after the other, until the transaction ends."""
    number = hashlib.sha256(f"{current_workspace_id()} {key}".encode("utf-8", "replace")).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(number, "big", signed=True)])


def _known(key: str) -> Activity | None:
    ids = list(Mail.objects.filter(key=key).values_list("activity_id", flat=True)[:20])
    found: Activity | None = visible(_kind()).filter(pk__in=ids).order_by("created_at").first() if ids else None
    return found


def _kind() -> Entity[Any]:
    found = registry.kind("activity")
    assert found is not None
    return found


def _activity(record_id: UUID, letter: letters.Letter) -> Activity:
    parties = [one for one in (letter.sender, *letter.to, *letter.cc) if one is not None][:MOST_PEOPLE]
    ours = matching.colleagues(one.address for one in parties)
    people = matching.contacts(one.address for one in parties if one.address not in ours)
    at = letter.sent_at or now()
    values = {
        "type": ActivityType.EMAIL,
        "subject": unmarked(letter.subject) or _("Mail without a subject"),
        "record": record_id,
        "people": list(dict.fromkeys(people.values())),
        "done_at": min(at, now() + datetime.timedelta(days=1)),
        "direction": Direction.OUT if letter.sender is not None and letter.sender.address in ours else Direction.IN,
        "body": unmarked(letter.text),
    }
    made: Activity = create(_kind(), values)
    return made


def mail_of(activity_id: UUID) -> Mail | None:
    """What is known of an activity's mail. The caller has seen that the activity may be read."""
    return Mail.objects.filter(activity_id=activity_id).select_related("original").first()


def strangers(activity: Activity) -> list[list[str]]:
    """[[name, address]] of the sender and those written to who are neither colleagues nor contacts, the sender first."""
    mail = mail_of(activity.pk)
    if mail is None:
        return []
    sender = [[mail.sender_name, mail.sender_address]] if mail.sender_address else []
    all_ = {address: [name, address] for name, address in reversed([*sender, *mail.to, *mail.cc][:MOST_PEOPLE])}
    known = matching.colleagues(all_) | matching.contacts(all_).keys()
    return [all_[address] for address in reversed(list(all_)) if address not in known]


def add_contact(activity: Activity, name: str, address: str, company: str) -> Any:
    """A stranger of a mail becomes a contact, linked to the mail. `company`: found by its name or made; "" is none.

    Raises Wrong and NotAllowed.
    """
    people, accounts = registry.kind("contact"), registry.kind("account")
    assert people is not None and accounts is not None
    if address not in {one[1] for one in strangers(activity)}:
        raise Wrong(_("This person is known already."))
    values: dict[str, Any] = {"name": name, "email": address}
    if company.strip():
        field = accounts.fields["name"]
        known = visible(accounts).filter(**{field.filter_ref(): field.compared(company.strip())}).first()
        values["account"] = (known or create(accounts, {"name": company.strip()})).pk
    made = create(people, values)
    change(_kind(), activity.pk, {"people": [*links_of(activity.pk, "people"), made.pk]})
    return made
