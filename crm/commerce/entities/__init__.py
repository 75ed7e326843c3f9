"""What commerce declares to the kernel: record kinds, who changes them, and what a write of them brings about."""

from crm.commerce.entities import founding, kinds, policies, screens, steps

__all__ = ["founding", "kinds", "policies", "screens", "steps"]
