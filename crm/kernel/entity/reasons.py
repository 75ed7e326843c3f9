"""Why a value is missing."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Reason(models.TextChoices):
    """Why a field is empty. The codes go into filters, the API and archives and are never renamed."""

    NOT_ASKED = "not_asked", _("Not asked")
    UNKNOWN = "unknown", pgettext_lazy("why a value is missing", "Unknown")
    REFUSED = "refused", pgettext_lazy("why a value is missing", "Refused")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    NOT_YET = "not_yet", _("Not available yet")


#: What a filter says for a value that is missing though nobody has said why.
UNSAID = "unsaid"
