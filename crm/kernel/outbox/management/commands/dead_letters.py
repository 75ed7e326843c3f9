"""`manage.py dead_letters`: the events that could not be delivered, in all workspaces, and what to do about them."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from crm.kernel.base.errors import NotFound
from crm.kernel.identity.actor import system_actor
from crm.kernel.outbox.actions import discard, retry
from crm.kernel.outbox.queries import dead_letters
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import scope


class Command(BaseCommand):
    help = "Lists events that could not be delivered; --retry or --discard decides about one of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--retry", type=UUID, metavar="ID", help="deliver this one again")
        choice.add_argument("--discard", type=UUID, metavar="ID", help="give this one up, so that its record goes on")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = options["retry"] or options["discard"]
        if chosen is not None:
            self._decide(chosen, again=options["retry"] is not None)
        else:
            self._list()

    def _decide(self, event_id: UUID, again: bool) -> None:
        for workspace_id in workspace_ids():
            try:
                with scope(workspace_id, system_actor(workspace_id), reason="manage.py dead_letters"):
                    (retry if again else discard)(event_id)
            except NotFound:
                continue
            self.stdout.write("It is delivered again." if again else "It is given up.")
            return
        raise CommandError(f"There is no dead letter {event_id}.")

    def _list(self) -> None:
        count = 0
        for workspace_id in workspace_ids():
            with scope(workspace_id, system_actor(workspace_id)):
                for row in dead_letters():
                    count += 1
                    self.stdout.write(f"{row.id}  {row.created_at:%Y-%m-%d %H:%M}  {row.name}  {row.record}  {row.error}")
        if not count:
            self.stdout.write("Every event was delivered.")
