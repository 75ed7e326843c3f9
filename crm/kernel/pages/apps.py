from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "crm.kernel.pages"
    label = "pages"
