"""Reads about web forms: the form of a link, and its words in the visitor's language."""

from uuid import UUID

from crm.kernel.base.ids import as_uuid
from crm.kernel.base.traditional import traditional
from crm.sales.models import LeadForm
from crm.sales.models.lead_form import FormLanguage

#: The workspace's id in front, so that the form is looked up inside its workspace.
_FRONT, _LONG = 32, 56


def workspace_of(token: str) -> UUID | None:
    """The workspace a form's link names; None where it is not such a link."""
    ours = len(token) == _LONG and token.isascii() and token.isalnum()
    return as_uuid(token[:_FRONT]) if ours else None


def form_of(token: str) -> LeadForm | None:
    """The form of a link, in the open scope of its workspace."""
    return LeadForm.objects.filter(token=token, deleted_at=None).first()


def said(form: LeadForm, name: str, language: str) -> str:
    """One of the form's texts (heading, intro, consent, thanks): in the visitor's language, else in the other one."""
    english, chinese = getattr(form, f"{name}_en") or "", getattr(form, f"{name}_zh") or ""
    if language == FormLanguage.TRADITIONAL and chinese:
        return traditional(chinese)
    return (chinese or english) if language.startswith("zh") else (english or chinese)
