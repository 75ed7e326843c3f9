"""What customers declare to the kernel: record kinds, who sees them, and what a write of them brings about."""

from crm.customers.entities import day, founding, kinds, policies, screens, steps

__all__ = ["day", "founding", "kinds", "policies", "screens", "steps"]
