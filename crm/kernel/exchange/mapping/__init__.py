"""Which column of a file is which field: by name in English and Chinese, by usual other names, by content."""

from crm.kernel.exchange.mapping.match import Match, suggest
from crm.kernel.exchange.mapping.values import initial_values, unknown_values

__all__ = ["Match", "initial_values", "suggest", "unknown_values"]
