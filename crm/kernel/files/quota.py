"""How much room the files of a workspace may take: attached ones, private ones and those of imports."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.base.sizes import size as size_of
from crm.kernel.files.models import FileRoom
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

#: The largest file that an installation takes at all, in bytes.
MOST = 100 * 10**6
MEGABYTE = 10**6
#: What a quota may be at most, megabytes: a petabyte.
_LONGEST = 10**9


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes used; the quota in bytes, or None for no limit; the largest single file in bytes."""

    used: int
    quota: int | None
    largest: int

    @property
    def left(self) -> int | None:
        return None if self.quota is None else max(self.quota - self.used, 0)


def room() -> Room:
    """The room of this workspace as it is in the open transaction."""
    row = FileRoom.objects.filter(pk=current_workspace_id()).first() or FileRoom()
    quota = row.quota if row.quota is not None else settings.KITH_FILES_QUOTA_MB * MEGABYTE or None
    return Room(row.used, quota, min(row.largest or MOST, MOST))


def check(size: int) -> None:
    """After a file of `size` bytes was written down: raises Wrong, with what was left, where it is more than fits. The row that
    is read is locked by the writing transaction, so two uploads at once cannot both take the last room."""
    now = room()
    if now.quota is not None and now.used > now.quota:
        words = {
            "size": size_of(size),
            "left": size_of(max(now.quota - now.used + size, 0)),
            "quota": size_of(now.quota),
        }
        said = _("There is no room for this file of %(size)s: %(left)s of the %(quota)s for files are left.") % words
        raise Wrong(fields={"file": [said]})


def save(quota: str, largest: str) -> None:
    """Sets both limits, whole megabytes as text, "" for those of the installation. Raises Wrong, and NotAllowed."""
    current_actor().need("administration.files")
    wrong: dict[str, list[str]] = {}
    kept: dict[str, int | None] = {}
    for name, text, most in (("quota", quota.strip(), _LONGEST), ("largest", largest.strip(), MOST // MEGABYTE)):
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
        if text and (number is None or not 1 <= number <= most):
            wrong[name] = [_("A whole number from 1 to %(most)s.") % {"most": most}]
        kept[name] = None if number is None else number * MEGABYTE
    if wrong:
        raise Wrong(fields=wrong)  # type: ignore[arg-type]
    FileRoom.objects.update_or_create(pk=current_workspace_id(), defaults=kept)
