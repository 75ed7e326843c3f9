from django.apps import AppConfig


class EntityConfig(AppConfig):
    name = "crm.kernel.entity"
    label = "entity"
