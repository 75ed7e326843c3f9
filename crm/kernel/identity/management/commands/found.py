"""`manage.py found`: the first workspace and its administrator, with credentials printed once."""

import json
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.kernel.base.errors import Wrong
from crm.kernel.identity.actions import found_workspace
from crm.kernel.identity.passwords import generated
from crm.kernel.tenancy.queries import workspace_ids


class Command(BaseCommand):
    help = "Founds a workspace and prints its first administrator's credentials. Does nothing where one exists already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default="Kith", help="name of the company")
        parser.add_argument("--email", default="admin@example.com", help="e-mail of the first administrator")
        parser.add_argument("--person", default="Administrator", help="name of the first administrator")
        parser.add_argument("--password", default="", help="else KITH_FIRST_PASSWORD; made up when both are missing")
        parser.add_argument("--language", default="en", choices=["en", "zh-hans", "zh-hant"])
        parser.add_argument("--currency", default="CNY")
        parser.add_argument("--time-zone", default="Asia/Shanghai")
        parser.add_argument("--country", default="CN")
        parser.add_argument("--another", action="store_true", help="found one more workspace beside those there are")
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if workspace_ids() and not options["another"]:
            if not options["json"]:
                self.stdout.write("There is a workspace already.")
            return
        password = options["password"] or os.environ.get("KITH_FIRST_PASSWORD") or generated()
        try:
            workspace, user = found_workspace(
                options["name"], options["email"], options["person"], password, language=options["language"],
                currency=options["currency"], time_zone=options["time_zone"], country=options["country"],
            )
        except Wrong as wrong:
            raise CommandError(str(wrong)) from None
        if options["json"]:
            made = {"workspace": workspace.slug, "email": user.email, "password": password}
            self.stdout.write(json.dumps(made, ensure_ascii=False))
            return
        self.stdout.write(f"Workspace  {workspace.name} ({workspace.slug})")
        self.stdout.write(f"E-mail     {user.email}")
        self.stdout.write(f"Password   {password}")
