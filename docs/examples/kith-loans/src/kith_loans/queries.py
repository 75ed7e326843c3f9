"""What is read of loans."""

from typing import Any

from crm.kernel.base.clock import now
from crm.kernel.entity.filter import All, Where
from crm.kernel.entity.registry import registry
from crm.kernel.records import listing


def overdue(limit: int = 100) -> list[listing.Row]:
    """Loans that should be back and are not, as far as the ambient actor sees them, the oldest first."""
    entity: Any = registry.kind("loan")
    node = All((Where("returned_on", "empty"), Where("due_on", "lt", now().date().isoformat())))
    return listing.page(entity, node, "due_on", None, limit, ["item", "account", "due_on"]).items
