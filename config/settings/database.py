"""From KITH_DATABASE_URL to Django's DATABASES entry."""

from collections.abc import Mapping
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from crm.kernel.tenancy.backend.watch import Watched

#: One thread of the web uses one connection, the worker a few. After `timeout` seconds without a connection the watch looks
#: whether the server is there; `reconnect_timeout` keeps the pool from sleeping through the server's return.
POOL = {"min_size": 1, "max_size": 16, "timeout": 0.75, "max_idle": 120, "reconnect_timeout": 2, "connection_class": Watched}
#: Seconds for a new connection: a server that is stopped takes the call and says nothing.
CONNECT = 3

_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database(environ: Mapping[str, str]) -> dict[str, Any]:
    """The connection of this process: the owner's when KITH_DB_ROLE=owner (migrations), else the application's."""
    owner = environ.get("KITH_DB_ROLE") == "owner"
    address = environ.get("KITH_OWNER_DATABASE_URL" if owner else "KITH_DATABASE_URL", "")
    parts: dict[str, Any] = dict(conninfo_to_dict(address or "postgresql:///kith?host=/nowhere"))
    entry: dict[str, Any] = {
        "ENGINE": "crm.kernel.tenancy.backend",
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": not owner,
    }
    for name, key in _NAMES.items():
        if name in parts:
            entry[key] = str(parts.pop(name))
    entry["OPTIONS"] = {"connect_timeout": CONNECT, **parts, "application_name": environ.get("KITH_PROCESS", "kith")}
    if environ.get("KITH_PREPARED", "1") == "1":
        entry["OPTIONS"]["prepare_threshold"] = 5  # only the cursors for lasting statements prepare at all, and they at once
        # What is prepared is found by index whatever the values are: to plan it five times before the plan is kept costs more
        # than the values could ever save (the record page's statements took three times the CPU of the database).
        entry["OPTIONS"]["options"] = f"{parts.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    if not owner and environ.get("KITH_POOL", "1") == "1":
        entry["OPTIONS"]["pool"] = dict(POOL)
    return entry
