"""`migrate`, then everything the declarations ask of the database (policies, composite keys, triggers, grants)."""

import os
from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from crm.kernel.tenancy.enforce import enforce


class Command(Migrate):
    help = "Migrates, then brings policies, keys, indexes, triggers and grants in line with the declarations."

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options.get("plan") or options.get("check_unapplied"):
            return
        written = enforce(os.environ.get("KITH_APP_ROLE", "kith_app"))
        if options.get("verbosity", 1):
            self.stdout.write(f"Policies, keys and triggers: {written} statements were needed.")
