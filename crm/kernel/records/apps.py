from django.apps import AppConfig

from crm.kernel.entity.registry import discover


class RecordsConfig(AppConfig):
    name = "crm.kernel.records"
    label = "records"

    def ready(self) -> None:
        """Reads every part's declarations once all models are known."""
        for module in ("entities", "events", "actions", "handlers", "jobs", "ways"):
            discover(module)
