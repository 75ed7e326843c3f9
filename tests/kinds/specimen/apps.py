from importlib import import_module

from django.apps import AppConfig


class SpecimenConfig(AppConfig):
    name = "tests.kinds.specimen"
    label = "specimen"

    def ready(self) -> None:
        """Declares the kind, as each part of Kith does: once all models are known."""
        import_module("tests.kinds.specimen.entities")
