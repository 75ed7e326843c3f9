"""A currency that stands for itself, not beside an amount."""

import re

from crm.kernel.entity.fields import Currency


class CurrencyCode(Currency):
    """A currency by its ISO 4217 code; lists are found and sorted by it."""

    indexed = True


def is_bare(raw: object) -> bool:
    """Whether a written amount names no currency: "12.50", not "$12.50"."""
    return re.fullmatch(r"[\d\s.,'’-]+", str(raw or "")) is not None
