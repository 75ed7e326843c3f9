from django.apps import AppConfig


class RestConfig(AppConfig):
    """The JSON API of every workspace, written from the registry."""

    name = "crm.kernel.rest"
    label = "rest"
