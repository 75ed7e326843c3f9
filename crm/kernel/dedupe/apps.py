from django.apps import AppConfig


class DedupeConfig(AppConfig):
    name = "crm.kernel.dedupe"
    label = "dedupe"
