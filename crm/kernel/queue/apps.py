from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class QueueConfig(AppConfig):
    name = "crm.kernel.queue"
    label = "queue"

    def ready(self) -> None:
        autodiscover_modules("jobs")
