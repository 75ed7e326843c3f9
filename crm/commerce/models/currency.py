"""A currency that stands for itself, not beside an amount."""

import re
from collections.abc import Mapping
from typing import Any

from crm.kernel.entity.fields.composite import Currency, currencies
from crm.kernel.entity.fields.fact import Label
from crm.kernel.entity.forms.reading import Reading


class CurrencyCode(Currency):
    """A currency by its ISO 4217 code; signs and names are understood: RMB, 美元, €."""

    indexed = True

    def __init__(self, label: Label = "", **given: Any) -> None:
        super().__init__(label, currencies, **given)

    def normalise(self, given: Mapping[str, Any], record: Any, reading: Reading) -> dict[str, Any]:
        return {self.name: self.clean(given[self.name], reading)} if self.name in given else {}


def is_bare(raw: object) -> bool:
    """Whether a written amount names no currency: "12.50", not "$12.50"."""
    return re.fullmatch(r"[\d\s.,'’-]+", str(raw or "")) is not None
