"""What sales declares to the kernel: record kinds, who sees them, and what a write of them brings about."""

from crm.sales.entities import founding, kinds, policies, screens, steps

__all__ = ["founding", "kinds", "policies", "screens", "steps"]
