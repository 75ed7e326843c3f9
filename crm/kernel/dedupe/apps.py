from importlib import import_module

from django.apps import AppConfig


class DedupeConfig(AppConfig):
    name = "crm.kernel.dedupe"
    label = "dedupe"

    def ready(self) -> None:
        """From here on the kinds of workspaces are compared, too, and merges are taken back by their own way."""
        import_module("crm.kernel.dedupe.own")
        import_module("crm.kernel.dedupe.merging.splitting")
