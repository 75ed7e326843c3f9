from importlib import import_module

from django.apps import AppConfig


class EntityConfig(AppConfig):
    name = "crm.kernel.entity"
    label = "entity"

    def ready(self) -> None:
        """From here on the registry answers what workspaces declared."""
        import_module("crm.kernel.entity.custom.shapes")
