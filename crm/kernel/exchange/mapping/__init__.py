"""Which column of a file is which field: by name in English and Chinese, by usual other names, by content."""

from crm.kernel.exchange.mapping.dates import Finding, date_orders, order_of
from crm.kernel.exchange.mapping.match import Match, suggest
from crm.kernel.exchange.mapping.values import initial_values, unknown_values

__all__ = ["Finding", "Match", "date_orders", "initial_values", "order_of", "suggest", "unknown_values"]
