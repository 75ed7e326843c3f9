"""The letters of the administration. Links use the configured address of Kith, never what a request claims."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.administration.views.days import SECOND
from crm.kernel.identity.actions.passwords import ResetLetter
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import Invitation
from crm.kernel.mail import actions as mail
from crm.kernel.tenancy.scope import scope


def invitation_link(secret: str) -> str:
    return f"{settings.BASE_URL}/invite/{secret}"


def reset_link(secret: str) -> str:
    return f"{settings.BASE_URL}/reset/{secret}"


def send_invitation(invitation: Invitation, workspace_name: str, by: str, secret: str) -> bool:
    """Sends the link inside the open scope; answers whether a mail server is set up to do so."""
    if not mail.configured():
        return False
    with translation.override(invitation.language):
        subject = _("%(person)s invites you to %(workspace)s") % {"person": by, "workspace": workspace_name}
        text = _(
            "%(person)s asks you to work with them in %(workspace)s.\n\n"
            "Open this link to choose your password. It works once and for seven days:\n%(link)s\n\n"
            "You do not know them? Then nothing needs to be done."
        ) % {"person": by, "workspace": workspace_name, "link": invitation_link(secret)}
        if invitation.access_until is not None:
            last = timezone.localtime(invitation.access_until - SECOND)
            text += "\n\n" + _("You may come in until %(day)s.") % {"day": f"{last:%Y-%m-%d}"}
    mail.send(invitation.email, subject, text)
    return True


def send_reset(letter: ResetLetter) -> None:
    """Sends one reset link, in a scope of the letter's workspace."""
    with translation.override(letter.language):
        subject = _("A new password for %(workspace)s") % {"workspace": letter.workspace_name}
        text = _(
            "Somebody, probably you, asked for a new password for %(email)s in %(workspace)s.\n\n"
            "Open this link to choose one. It works once and for two hours:\n%(link)s\n\n"
            "It was not you? Then nothing needs to be done; your password stays."
        ) % {"email": letter.email, "workspace": letter.workspace_name, "link": reset_link(letter.secret)}
    with scope(letter.workspace_id, system_actor(letter.workspace_id), reason="password reset"):
        mail.send(letter.email, subject, text)
