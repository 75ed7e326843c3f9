"""One filter language for lists, saved views, permissions, API and jobs."""

from crm.kernel.entity.filter.compile import Asker, compile_filter
from crm.kernel.entity.filter.holds import Read, condition, fits, holds
from crm.kernel.entity.filter.nodes import All, Any_, Found, Node, Not, Where, both, from_json, from_ours, leaves, to_json
from crm.kernel.entity.filter.words import parse_text, to_text

__all__ = [
    "All", "Any_", "Asker", "Found", "Node", "Not", "Read", "Where", "both", "compile_filter", "condition", "fits", "from_json",
    "from_ours", "holds", "leaves", "parse_text", "to_json", "to_text",
]
