from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "crm.kernel.notify"
    label = "notify"
