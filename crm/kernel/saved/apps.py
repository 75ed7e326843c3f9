from django.apps import AppConfig


class SavedConfig(AppConfig):
    name = "crm.kernel.saved"
    label = "saved"
