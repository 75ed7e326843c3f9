"""Public links: anybody with the address fetches one version of one file, until a moment, so many times at most.

The address is signed with the installation's key and names the workspace and the row of the link, nothing else: nobody can
make one up, and whoever reads the database has no address.
"""

import base64
import datetime
import re
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.files.models import FileLink
from crm.kernel.files.queries import RIGHT, KeptApart, file, why_held
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy.scope import because, current_actor, current_workspace_id

#: How long a link may last, hours, and how often it may be used, where that is limited.
LONGEST, OFTENEST = 90 * 24, 10_000
_ADDRESS = re.compile(r"([0-9a-f]{32})([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
_SALT = "kith public file"


@dataclass(frozen=True, slots=True)
class Address:
    """What a public address names."""

    workspace_id: UUID
    link_id: UUID


def make(file_id: UUID, hours: int, most: int | None = None) -> FileLink:
    """A link to this version of an attached file. Who may change the record may make one. Raises NotFound, NotAllowed, Wrong,
    and KeptApart for a file in quarantine."""
    row = file(file_id, "edit")
    if row.record_id is None:
        raise NotFound
    if row.held:
        raise KeptApart(why_held(row))
    wrong = {}
    if not 1 <= hours <= LONGEST:
        wrong["hours"] = [_("A whole number from 1 to %(most)s.") % {"most": LONGEST}]
    if most is not None and not 1 <= most <= OFTENEST:
        wrong["most"] = [_("A whole number from 1 to %(most)s.") % {"most": OFTENEST}]
    if wrong:
        raise Wrong(fields=wrong)  # type: ignore[arg-type]
    link = FileLink(file=row, by_id=current_actor().id, expires_at=now() + datetime.timedelta(hours=hours), most=most)
    link.save(force_insert=True)
    return link


def revoke(link_id: UUID) -> FileLink:
    """Ends a link for good. Its record's editors may, and administrators of files. Raises NotFound and NotAllowed."""
    link = FileLink.objects.select_related("file").filter(pk=link_id).first()
    if link is None:
        raise NotFound
    if not current_actor().may(RIGHT):
        file(link.file_id, "edit", removed=True)
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by_id = now(), current_actor().id
        link.save(update_fields=["revoked_at", "revoked_by_id"])
    return link


def url_of(link: FileLink) -> str:
    """The whole address of a link of the present workspace."""
    named = f"{current_workspace_id().hex}{link.id.hex}"
    return f"{settings.BASE_URL}/get/{named}.{_signature(named)}"


def read(token: str) -> Address | None:
    """What an address names; None where it is not signed by this installation."""
    found = _ADDRESS.fullmatch(token)
    if found is None or not constant_time_compare(_signature(found[1] + found[2]), found[3]):
        return None
    return Address(UUID(found[1]), UUID(found[2]))


def _signature(named: str) -> str:
    return base64.urlsafe_b64encode(salted_hmac(_SALT, named, algorithm="sha256").digest()).rstrip(b"=").decode()


def opened(link_id: UUID) -> FileLink | None:
    """The link with `file` and `by` while it works: not ended, not used up, its file and record neither gone nor kept apart."""
    link = FileLink.objects.select_related("file", "by").filter(pk=link_id).first()
    if link is None or not link.is_open(now()) or link.file.removed_at is not None or link.file.held:
        return None
    there = link.file.record_id and RecordRow.objects.filter(pk=link.file.record_id, deleted_at=None).exists()
    return link if there else None


def take(link_id: UUID, whence: str) -> FileLink | None:
    """Counts one fetch, exactly also under many at once; None where the link works no longer. `whence` goes into the audit log."""
    link = opened(link_id)
    if link is None:
        return None
    with because(_("Fetched by a public link from %(address)s") % {"address": whence or "?"}):
        still = FileLink.objects.filter(Q(most=None) | Q(used__lt=F("most")), pk=link_id, revoked_at=None)
        return link if still.update(used=F("used") + 1) else None
