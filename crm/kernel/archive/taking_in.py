"""A new workspace out of an archive: in one transaction, under the policies of rows, so that nothing half done can stay."""

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from crm.kernel.archive.contents import folders
from crm.kernel.archive.ids import Ids
from crm.kernel.archive.loading import ROWS, Loading, said
from crm.kernel.archive.pace import Pace, Told
from crm.kernel.archive.reading import Archive, unfit
from crm.kernel.base.clock import now
from crm.kernel.base.ids import uuid7
from crm.kernel.dedupe import indexing as keys
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.words import Answers
from crm.kernel.records.models import RecordRow
from crm.kernel.search import indexing as words
from crm.kernel.tenancy.queries import workspace_by_slug, workspace_ids
from crm.kernel.tenancy.scope import scope

_MARK = ".taking-in"
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Wish:
    """Under which slug and name, "" for that of the archive; `fresh`: new ids also where the old ones are free."""

    slug: str
    name: str = ""
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The workspace that was made; `kept`: its ids are those of the archive."""

    workspace_id: UUID
    name: str
    kept: bool
    rows: int
    files: int
    people: int
    passwords: bool


def check(archive: Archive, wish: Wish) -> None:
    """Raises Unfit where the archive does not fit here, or the short name is no good, before anything is read."""
    if not _SLUG.fullmatch(wish.slug):
        raise unfit(_("“%(slug)s” cannot be a short name: lower-case letters, digits and hyphens, 40 at most."), slug=wish.slug[:60])
    if workspace_by_slug(wish.slug) is not None:
        taken = _("There is a workspace “%(slug)s” already. Choose another short name: an archive makes a new workspace.")
        raise unfit(taken, slug=wish.slug)
    answers = Answers()
    answers.line("name", wish.name or archive.manifest.workspace.name)
    answers.done()
    archive.fits_here()
    if archive.manifest.at > now():
        raise unfit(_("This archive is of %(moment)s, which is in the future. Set this machine's clock."), moment=archive.manifest.moment)


def take_in(archive: Archive, wish: Wish, told: Told) -> Taken:
    """Makes the workspace. Raises Unfit, and then nothing of it is there. Call it outside any scope."""
    check(archive, wish)
    clear_away()
    pace = Pace(told, sum(member.rows or 0 for member in archive.manifest.members.values()))
    archive.verify(pace)
    old, name = UUID(archive.manifest.workspace.id), wish.name or archive.manifest.workspace.name
    new = uuid7() if wish.fresh or old in workspace_ids() else old
    with _place(new) as sound:
        with scope(new, system_actor(new, "command line"), reason=_("import of a whole company")):
            loading = Loading(archive, Ids(old, new), pace)
            loading.found(wish.slug, name)
            loading.tables()
            loading.log()
            files = loading.contents()
            with said(None, 0):
                people = loading.finish(files)
        sound()
    return Taken(new, name, old == new, pace.done, files, people, archive.manifest.passwords)


@contextmanager
def _place(workspace_id: UUID) -> Iterator[Any]:
    """Room on the disk for the files of a workspace that is not there yet: it goes again unless what is yielded is called."""
    homes = folders(workspace_id)
    for home in homes:
        if home.exists():
            raise unfit(_("%(folder)s is there already, though no such workspace is. Move it away first."), folder=home)
        home.mkdir(parents=True, mode=0o700)
    sound: list[bool] = []
    with (homes[0] / _MARK).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        try:
            yield lambda: sound.append(True)
        finally:
            if sound:
                (homes[0] / _MARK).unlink()
            else:
                for home in homes:
                    shutil.rmtree(home, ignore_errors=True)


def prepare(workspace_id: UUID, told: Told) -> None:
    """Writes the words that records are found by and the keys that find duplicates, which no archive holds. A worker does what is left
    where this is cut off."""
    with scope(workspace_id, system_actor(workspace_id, "command line")):
        pace = Pace(told, RecordRow.objects.count())
    for missing, catch_up in (({"search": None}, words.catch_up), ({"duplicate_keys": None}, keys.catch_up)):
        going = True
        while going:
            with scope(workspace_id, system_actor(workspace_id, "command line"), "archive"):
                rows = list(RecordRow.objects.filter(**missing).order_by("pk").select_for_update(skip_locked=True)[:ROWS])
                catch_up(rows)
            going = bool(rows)
            pace.step(len(rows))
        pace.done = 0


def clear_away() -> None:
    """Removes the files of imports that were killed: their workspaces are not there, and nobody works on them."""
    there = {one.hex for one in workspace_ids()}
    for mark in Path(settings.FILES_ROOT).glob(f"*/{_MARK}"):
        with suppress(OSError, ValueError), mark.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if mark.parent.name in there:  # it was killed after its transaction had ended well
                mark.unlink()
                continue
            for home in folders(UUID(mark.parent.name)):
                shutil.rmtree(home, ignore_errors=True)
