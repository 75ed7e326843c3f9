"""What the administration adds to the menu."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.pages import navigation

navigation.entry(_("Settings"), "/settings", "gear", group="setup", order=95, key="settings", go="s")
