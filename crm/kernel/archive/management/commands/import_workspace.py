"""`manage.py import_workspace`: a new workspace out of an archive."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from crm.kernel.archive.pace import Pace
from crm.kernel.archive.reading import opened
from crm.kernel.archive.taking_in import Wish, check, prepare, take_in
from crm.kernel.base.errors import Refusal


class Command(BaseCommand):
    help = "Makes a new workspace of an archive that “export” wrote: all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument("--workspace", required=True, help="short name (slug) of the new workspace")
        parser.add_argument("--name", default="", help="its name; that of the archive without it")
        parser.add_argument("--new-ids", action="store_true", help="new ids also where the old ones are free here")
        parser.add_argument("--check", action="store_true", help="only look whether it could be taken in")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = Wish(options["workspace"], options["name"], options["new_ids"])
        try:
            with opened(options["file"]) as archive:
                if options["check"]:
                    check(archive, wish)
                    archive.verify(Pace(self._told))
                    self.stdout.write(f"The archive of {archive.manifest.workspace.name} is whole and can be taken in here.")
                    return
                taken = take_in(archive, wish, self._told)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{taken.name}: {taken.rows:,} rows and {taken.files:,} files are in the workspace “{wish.slug}”.")
        prepare(taken.workspace_id, self._told)
        if not taken.kept:
            self.stdout.write("Its old ids are used on this installation, so everything has new ones; old links lead to the old workspace.")
        if not taken.passwords:
            self.stdout.write(f"None of its {taken.people:,} people has a password yet. For the first administrator:")
            call_command("reset_link", workspace=wish.slug, stdout=self.stdout)
            self.stdout.write("Everybody else sets one by “Forgotten?” or by a link from Settings › Users.")

    def _told(self, done: int, total: int) -> None:
        if sys.stdout.isatty():
            self.stdout.write(f"\r{done:,} of {total:,} rows", ending="")
            self.stdout.flush()
