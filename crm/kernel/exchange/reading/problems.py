"""Why a file as a whole cannot be read, in one plain sentence."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Refusal


class Unreadable(Refusal):
    """The file cannot be read; the message says what it is and what to do."""

    code = "unreadable-file"
    title = _("This file cannot be read as a table.")
