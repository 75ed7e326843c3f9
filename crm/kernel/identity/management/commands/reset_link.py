"""`manage.py reset_link [EMAIL]`: an address under which a person sets a new password, once and for two hours."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm.kernel.base.errors import NotFound
from crm.kernel.identity.actions import make_reset_link
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import first_administrator
from crm.kernel.tenancy.queries import workspace_by_slug
from crm.kernel.tenancy.scope import scope


class Command(BaseCommand):
    help = "Prints an address under which a person sets a new password: the one with this e-mail, else the first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", default="", help="whose; the first administrator's without it")
        parser.add_argument("--workspace", required=True, help="short name (slug) of the workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = workspace_by_slug(options["workspace"])
        if workspace is None:
            raise CommandError(f"There is no workspace “{options['workspace']}”.")
        with scope(workspace, system_actor(workspace, "command line"), reason="manage.py reset_link"):
            wanted = options["email"].strip().casefold()
            person = User.objects.filter(email=wanted, is_active=True).first() if wanted else first_administrator()
            if person is None:
                raise CommandError(f"Nobody active has the e-mail {wanted}." if wanted else "This workspace has no active administrator.")
            try:
                secret = make_reset_link(person.pk)
            except NotFound as refusal:
                raise CommandError(str(refusal)) from None
        self.stdout.write(f"{person.email}  {settings.BASE_URL}/reset/{secret}")
