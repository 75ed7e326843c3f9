"""An amount in one currency, in whole minor units: never a float, never a NUMERIC column."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_currency_precision


def places(currency: str) -> int:
    """How many digits stand behind the point in this currency (JPY 0, CNY 2, KWD 3)."""
    return int(get_currency_precision(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """`minor`: whole minor units (cents, fen); `currency`: ISO 4217 code."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        scaled = Decimal(amount).scaleb(places(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        digits = places(self.currency)
        return Decimal(self.minor).scaleb(-digits).quantize(Decimal(1).scaleb(-digits))

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal}"
