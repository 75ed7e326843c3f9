from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RestConfig(AppConfig):
    """The JSON API of every workspace, written from the registry; a part's `api` adds addresses of its own."""

    name = "crm.kernel.rest"
    label = "rest"

    def ready(self) -> None:
        autodiscover_modules("api")
