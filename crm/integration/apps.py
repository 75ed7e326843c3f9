from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "crm.integration"
    label = "integration"
