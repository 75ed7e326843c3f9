"""What integrations add to the settings."""

from django.utils.translation import gettext_lazy as _

from crm.administration.views.sections import Section, add_section
from crm.integration.queries import RIGHT

add_section(Section("webhooks", _("Webhooks"), "/settings/webhooks", "send", RIGHT), after="configuration")
