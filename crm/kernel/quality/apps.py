from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "crm.kernel.quality"
    label = "quality"
