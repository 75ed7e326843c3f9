"""Products, prices and rates are the company's: everybody reads them, who sets the company up changes them."""

from typing import Any

from django.db.models import Q

from crm.commerce.models import CurrencyRate, PriceEntry, PriceList, Product
from crm.kernel.access.grounds import Ground
from crm.kernel.access.policy import Policy
from crm.kernel.identity.actor import Actor

#: The right to change products, prices and rates.
SETUP = "administration.products"


class Shared(Policy[Any]):
    """Read by all, changed by whoever holds the right; roles may still hide fields, as a product's cost."""

    def grounds(self, actor: Actor, verb: str) -> list[Ground]:
        return [Ground("everybody", Q())] if verb == "view" else [Ground("setup", Q())] if actor.may(SETUP) else []

    def needs(self, actor: Actor, verb: str) -> list[Ground]:
        return []

    def may(self, actor: Actor, verb: str, record: Any = None) -> bool:
        return verb in ("view", "export") or actor.may(SETUP)


class Products(Shared, Policy[Product]):
    """What the company sells."""


class PriceLists(Shared, Policy[PriceList]):
    """The company's price lists."""


class PriceEntries(Shared, Policy[PriceEntry]):
    """The company's prices."""


class CurrencyRates(Shared, Policy[CurrencyRate]):
    """The rates the company reckons with."""
