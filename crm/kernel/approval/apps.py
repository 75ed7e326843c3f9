from importlib import import_module

from django.apps import AppConfig


class ApprovalConfig(AppConfig):
    name = "crm.kernel.approval"
    label = "approval"

    def ready(self) -> None:
        """From here on changes of verified values wait."""
        for module in ("holding", "handlers", "jobs"):
            import_module(f"crm.kernel.approval.{module}")
