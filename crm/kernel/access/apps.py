from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "crm.kernel.access"
    label = "access"
