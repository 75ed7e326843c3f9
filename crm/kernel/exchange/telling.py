"""Tells the person who asked that a job is done."""

from uuid import UUID

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.exchange.models import ExportRun, ImportRun
from crm.kernel.notify.actions import notify


def _tell(person: UUID | None, text: object, name: str, path: str) -> None:
    if person is not None:
        notify(person, format_lazy("{text}: {name}", text=text, name=name), url=path)


def imported(run: ImportRun) -> None:
    """The import is done."""
    _tell(run.by_id, _("Imported"), run.name, f"/import/{run.pk}")


def exported(run: ExportRun) -> None:
    """The file is ready."""
    _tell(run.by_id, _("Your export is ready"), run.name, f"/export/{run.pk}")
