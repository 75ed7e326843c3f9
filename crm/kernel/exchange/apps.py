"""The Django app of imports and exports."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "crm.kernel.exchange"
    label = "exchange"
    verbose_name = "Import and export"
