"""The parts of Kith in the order in which they may know each other: upper ones first."""

import os
from pathlib import Path

KERNEL = (
    "tenancy",
    "identity",
    "settings",
    "mail",
    "queue",
    "outbox",
    "audit",
    "entity",
    "access",
    "quality",
    "records",
    "notify",
    "files",
    "exchange",
    "rest",
    "pages",
)
PARTS = ("administration", "customers", "sales")


def installed(root: Path) -> list[str]:
    """Django apps and ours, lower ones first, so that upper parts may contribute to what is loaded already."""
    names = [f"crm.kernel.{name}" for name in KERNEL] + [f"crm.{name}" for name in PARTS]
    ours = [name for name in names if Path(root, *name.split("."), "apps.py").exists()]
    if only := os.environ.get("KITH_PARTS"):
        ours = [name for name in ours if name.rpartition(".")[2] in only.split()]
    return ["procrastinate.contrib.django", *ours, "config"]
