"""How a value was verified."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Method(models.TextChoices):
    """How somebody made sure that a value is right."""

    DOCUMENT = "document", pgettext_lazy("how a value was verified", "Document")
    CALL = "call", pgettext_lazy("how a value was verified", "Phone call")
    EMAIL = "email", pgettext_lazy("how a value was verified", "E-mail")
    VISIT = "visit", pgettext_lazy("how a value was verified", "Visit")
    REGISTRY = "registry", _("Public register")
    CUSTOMER = "customer", _("Customer's own confirmation")
    OFFICE = "office", _("Approved by an office")
