from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "crm.kernel.audit"
    label = "audit"
