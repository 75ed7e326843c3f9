"""`manage.py audit verify`: whether the audit log is as it was written."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm.kernel.audit import sealing
from crm.kernel.identity.actor import system_actor
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import scope


class Command(BaseCommand):
    help = "Says for every workspace whether its audit log is as it was written; exit code 1 where one is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["verify"])
        parser.add_argument("--noted", default="", help="the sign of a seal noted earlier; it must be in one of the logs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not workspace_ids():
            self.stdout.write("There is no workspace yet. Start Kith once with: ./kith up")
        sound, known = True, False
        for workspace in workspace_ids():
            with scope(workspace, system_actor(workspace, "command line"), reason="manage.py audit"):
                sealing.seal()
            with scope(workspace, system_actor(workspace, "command line"), reason="manage.py audit"):
                found = sealing.verify(options["noted"])
                name = Workspace.objects.get(pk=workspace).name
            known = known or not found.forgotten
            self._tell(name, found)
            sound = sound and found.damage is None
        if options["noted"] and not known:
            self.stdout.write("The seal that you noted is in no log any more: the log was tampered with.")
        if not sound or (options["noted"] and not known):
            sys.exit(1)

    def _tell(self, name: str, found: sealing.Verdict) -> None:
        if found.damage is None:
            said = f"the audit log is as it was written ({found.entries} entries, {found.seals} seals)."
            sign = f" The last seal is {found.sign}: note it elsewhere, and give it back with --noted." if found.sign else ""
            self.stdout.write(f"{name}: {said}{sign}")
            return
        since = f"{found.damage.since:%Y-%m-%d %H:%M}" if found.damage.since else "the beginning"
        self.stdout.write(
            f"{name}: THE AUDIT LOG WAS TAMPERED WITH. Batch {found.damage.number} (sealed between {since} and "
            f"{found.damage.until:%Y-%m-%d %H:%M} UTC) does not hold: {found.damage.words}"
        )
