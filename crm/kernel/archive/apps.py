from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "crm.kernel.archive"
    label = "archive"
    verbose_name = "Archives of whole workspaces"
