from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "crm.kernel.files"
    label = "files"
