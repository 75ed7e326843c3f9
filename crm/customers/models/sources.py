"""Where a customer came from; accounts, contacts and opportunities share the list."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    REFERRAL = "referral", _("Recommendation")
    FAIR = "fair", _("Trade fair")
    WEBSITE = "website", _("Website")
    COLD_CALL = "cold_call", _("Cold call")
    PARTNER = "partner", _("Partner")
    ADVERTISING = "advertising", _("Advertising")
    TENDER = "tender", _("Tender")
    OTHER = "other", _("Other")
