#!/usr/bin/env python
"""Django's commands. `./kith manage …` calls this with the right environment; called directly it finds DATA itself."""

import os
import sys

from django.core.management import execute_from_command_line

from config.database import refuse_strong_role
from config.environment import complete, data_folder
from config.problem import Problem

#: Commands that act for the application, and so must be held by the row policies.
BOUND = frozenset({"worker", "found", "demo", "token", "shell", "export_workspace", "import_workspace", "reset_link"})


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.update(complete(os.environ, command, data_folder()))
    if command in BOUND and os.environ.get("KITH_DATABASE_URL"):
        refuse_strong_role(os.environ["KITH_DATABASE_URL"])
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(str(problem))
