"""`manage.py export_workspace`: everything of one workspace into one file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.kernel.archive import runs
from crm.kernel.archive.writing import write
from crm.kernel.base.errors import Refusal
from crm.kernel.base.sizes import size
from crm.kernel.identity.actor import system_actor
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.queries import workspace_by_slug, workspace_ids
from crm.kernel.tenancy.scope import scope


class Command(BaseCommand):
    help = "Writes everything of one workspace into one file, which “import” makes a new workspace of, here or elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", default="", help="short name (slug) of the workspace; the only one without it")
        parser.add_argument("--to", required=True, type=Path, help="the file to write")
        parser.add_argument("--why", default="", help="kept in the audit log")
        parser.add_argument("--with-passwords", action="store_true", help="with what passwords are checked by: guard the file well")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace_id, path = self._workspace(options["workspace"]), Path(options["to"])
        if path.exists():
            raise CommandError(f"{path} is there already. Name another file, or move it away.")
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}.")
        actor = system_actor(workspace_id, "command line")
        with scope(workspace_id, actor, options["why"] or "./kith export"):
            run = runs.begun(options["why"] or "./kith export")
        try:
            made = write(path, workspace_id, actor, self._told, options["with_passwords"])
        except (Refusal, OSError) as error:
            with scope(workspace_id, actor, "./kith export"):
                runs.failed(run.pk, str(error))
            raise CommandError(str(error)) from None
        with scope(workspace_id, actor, options["why"] or "./kith export"):
            runs.made(run.pk, made, kept=False)
        self.stdout.write(f"{path}: {made.rows:,} rows and {made.files:,} files, {size(made.size)}, sha256 {made.sha256}")
        if made.missing:
            self.stdout.write(f"The contents of {made.missing:,} files were gone from the disk; manifest.json names them.")

    def _told(self, done: int, total: int) -> None:
        if sys.stdout.isatty():
            self.stdout.write(f"\r{done:,} of {total:,} rows", ending="")
            self.stdout.flush()

    def _workspace(self, slug: str) -> Any:
        found = workspace_by_slug(slug) if slug else None
        if found is not None:
            return found
        there = []
        for one in workspace_ids():
            with scope(one, system_actor(one, "command line")):
                there.append(Workspace.objects.get().slug)
        if len(there) == 1 and not slug:
            return workspace_ids()[0]
        said = f"There is no workspace “{slug}”." if slug else "Say which workspace."
        raise CommandError(f"{said} There are: {', '.join(there) or 'none'}.")
