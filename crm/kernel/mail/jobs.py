"""The job that hands letters to the mail server."""

import smtplib
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.mail.models import Letter
from crm.kernel.mail.smtp import configured, transmit
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job
from crm.kernel.tenancy.models import Workspace


@job("mail.deliver", label=_("Send an e-mail"), attempts=8)
def deliver_letter(progress: Progress, letter_id: UUID) -> None:
    """Sends one letter and wipes its text. A server that says no for good is not asked again."""
    letter = Letter.objects.select_for_update().filter(id=letter_id, sent_at=None).first()
    if letter is None:
        return
    if not configured():
        raise Refusal(_("No mail server is set up. Start Kith with KITH_SMTP_URL and send it again."))
    try:
        transmit(letter.id, letter.to, letter.subject, letter.text, letter.html, Workspace.objects.get().name)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as refused:
        if not _final(refused):
            raise
        raise Refusal(_("The mail server does not take a letter to %(address)s.") % {"address": letter.to}) from refused
    letter.text, letter.html, letter.sent_at = "", "", now()
    letter.save()


def _final(refused: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> bool:
    """Codes from 500 on will not change; those from 400 on may, and so may a wrong password of ours."""
    if isinstance(refused, smtplib.SMTPAuthenticationError):
        return False
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in refused.recipients.values())
    return refused.smtp_code >= 500
