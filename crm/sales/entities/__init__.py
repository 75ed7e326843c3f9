"""What sales declares to the kernel: record kinds, who sees them, and what a write of them brings about."""

from crm.sales.actions import assignment, conversion, leads, scoring  # noqa: F401  (their actions stand with the kinds)
from crm.sales.entities import founding, kinds, lead_day, lead_screens, lead_steps, line_screens, line_steps, policies, screens, steps, uses

__all__ = [
    "founding", "kinds", "lead_day", "lead_screens", "lead_steps", "line_screens", "line_steps", "policies", "screens", "steps", "uses",
]  # fmt: skip
