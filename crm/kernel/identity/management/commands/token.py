"""`manage.py token [EMAIL]`: a new API token, printed once."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from crm.kernel.identity.actions import make_token
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import candidates, first_administrator
from crm.kernel.tenancy.queries import workspace_by_slug, workspace_ids
from crm.kernel.tenancy.scope import scope


class Command(BaseCommand):
    help = "Prints a new API token: for the person with this e-mail, else for the first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", default="", help="whose token; the first administrator's without it")
        parser.add_argument("--workspace", default="", help="slug, where there are several workspaces")
        parser.add_argument("--name", default="command line", help="what the token is called in the list of tokens")
        parser.add_argument("--scope", action="append", help="read, write, admin, KIND:read or KIND:write")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = self._workspace(options["email"], options["workspace"])
        with scope(workspace, system_actor(workspace, "command line"), reason="manage.py token"):
            user = self._person(options["email"])
            secret = make_token(user, options["name"], options["scope"])
        self.stdout.write(secret)

    def _workspace(self, email: str, slug: str) -> UUID:
        if slug:
            found = workspace_by_slug(slug)
            if found is None:
                raise CommandError(f"There is no workspace “{slug}”.")
            return found
        if not email:
            ids = workspace_ids()
            if not ids:
                raise CommandError("There is no workspace yet. Start Kith once with: ./kith up")
            return ids[0]
        people = candidates(email)
        if not people:
            raise CommandError(f"Nobody active has the e-mail {email}.")
        if len(people) > 1:
            slugs = ", ".join(person.slug for person in people)
            raise CommandError(f"{email} is in several workspaces ({slugs}). Add --workspace SLUG.")
        return people[0].workspace_id

    def _person(self, email: str) -> User:
        if not email:
            user = first_administrator()
            if user is None:
                raise CommandError("This workspace has no active administrator.")
            return user
        user = User.objects.filter(email=email.strip().casefold(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody active has the e-mail {email}.")
        return user
