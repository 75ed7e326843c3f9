from importlib import import_module

from django.apps import AppConfig


class DedupeConfig(AppConfig):
    name = "crm.kernel.dedupe"
    label = "dedupe"

    def ready(self) -> None:
        """From here on the kinds of workspaces are compared, too."""
        import_module("crm.kernel.dedupe.own")
