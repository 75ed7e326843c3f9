from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "crm.kernel.identity"
    label = "identity"
