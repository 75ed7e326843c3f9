"""The parts of Kith that bring tables, screens or commands; lower ones first.

Parts of one's own are packages that name themselves by the entry point `kith.parts`; docs/examples/kith-loans is one.
"""

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

GROUP = "kith.parts"

KERNEL = (
    "tenancy",
    "identity",
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
    "saved",
    "search",
    "dedupe",
    "approval",
    "exchange",
    "archive",
    "rest",
    "pages",
)
PARTS = ("administration", "integration", "customers", "commerce", "sales")


def outside() -> list[str]:
    """Modules of the parts that are installed as packages of their own, in the order of the names they gave themselves."""
    found = sorted(entry_points(group=GROUP), key=lambda one: one.name)
    return list(dict.fromkeys(one.value.partition(":")[0] for one in found))


def folders(name: str) -> list[Path]:
    """The folders of that name which parts from outside bring: "templates", "locale"."""
    specs = [find_spec(part) for part in outside()]
    places = [Path(place) / name for spec in specs if spec is not None for place in spec.submodule_search_locations or ()]
    return [place for place in places if place.is_dir()]


def installed() -> list[str]:
    """Names for INSTALLED_APPS. Lower ones first: upper parts contribute to what is loaded already."""
    return [
        "procrastinate.contrib.django",
        *(f"crm.kernel.{name}" for name in KERNEL),
        *(f"crm.{name}" for name in PARTS),
        *outside(),
        "config",
    ]
