"""The parts of Kith that bring tables, screens or commands; lower ones first."""

KERNEL = (
    "tenancy",
    "identity",
    "mail",
    "queue",
    "outbox",
    "audit",
    "entity",
    "access",
    "records",
    "notify",
    "files",
    "saved",
    "search",
    "dedupe",
    "exchange",
    "rest",
    "pages",
)
PARTS = ("administration", "customers", "commerce", "sales")


def installed() -> list[str]:
    """Names for INSTALLED_APPS. Lower ones first: upper parts contribute to what is loaded already."""
    return [
        "procrastinate.contrib.django",
        *(f"crm.kernel.{name}" for name in KERNEL),
        *(f"crm.{name}" for name in PARTS),
        "config",
    ]
