from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "crm.administration"
    label = "administration"
