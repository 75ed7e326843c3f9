from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "crm.kernel.mail"
    label = "mail"
