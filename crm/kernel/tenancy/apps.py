from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "crm.kernel.tenancy"
    label = "tenancy"
