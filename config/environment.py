"""The environment of Kith's own processes, made from a data folder. No Django here."""

import os
from collections.abc import Mapping
from pathlib import Path

from config.database import addresses, embedded, is_external, secrets_for

#: Commands that change the tables, and so run as their owner.
OWNER_COMMANDS = frozenset(
    {"migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration"}
)


def process_environment(data: Path, process: str, owner: bool = False) -> dict[str, str]:
    """Variables for one process. Only an owner's process learns the owner's password."""
    found = addresses(data)
    wanted = {
        "KITH_DATA": str(data.resolve()),
        "KITH_SECRET_KEY": secrets_for(data).key,
        "KITH_PROCESS": f"kith-{process}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **found.environment(),
    }
    if not is_external(data):
        wanted["KITH_STORES"] = str(embedded(data).home)
    if owner:
        wanted["KITH_DB_ROLE"] = "owner"
    else:
        del wanted["KITH_OWNER_DATABASE_URL"]
    return wanted


def complete(environ: Mapping[str, str], command: str, data: Path) -> dict[str, str]:
    """`environ`, completed from the data folder for `manage.py COMMAND` where it does not name a database itself."""
    owner = environ.get("KITH_DB_ROLE") == "owner" or command in OWNER_COMMANDS
    found = dict(environ)
    if owner:
        found["KITH_DB_ROLE"] = "owner"
    needed = "KITH_OWNER_DATABASE_URL" if owner else "KITH_DATABASE_URL"
    if needed not in environ and (data / "secrets.json").exists():
        found = process_environment(data, command or "manage", owner) | found
    found.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    return found


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """KITH_DATA, else `data` beside the program."""
    return Path(environ.get("KITH_DATA") or Path(__file__).resolve().parents[1] / "data")
