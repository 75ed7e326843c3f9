from crm.commerce.models.price import PriceEntry, PriceList
from crm.commerce.models.product import Product
from crm.commerce.models.rate import CurrencyRate

__all__ = ["CurrencyRate", "PriceEntry", "PriceList", "Product"]
