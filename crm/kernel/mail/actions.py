"""Sending mail."""

from uuid import UUID

from crm.kernel.mail.jobs import deliver_letter
from crm.kernel.mail.models import Letter
from crm.kernel.mail.smtp import configured
from crm.kernel.queue.actions import defer
from crm.kernel.queue.words import storable

__all__ = ["configured", "send"]

LONGEST = 1_000_000


def send(to: str, subject: str, text: str, html: str | None = None) -> UUID:
    """Sends a letter after the open transaction commits; answers its id.

    Where no mail server is set up the letter is kept with that note and nothing is sent: ask `configured()` first
    where somebody waits for it.
    """
    letter = Letter(to=to, subject=storable(subject), text=storable(text, LONGEST), html=storable(html or "", LONGEST))
    letter.save(force_insert=True)
    defer(deliver_letter, letter_id=letter.id)
    return letter.id
