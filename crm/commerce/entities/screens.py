"""What commerce puts on the generic screens: its lines in the menu."""

from django.utils.translation import gettext_lazy as _

from crm.commerce.entities.policies import SETUP
from crm.kernel.pages.navigation import entry

entry(_("Price lists"), "/price_lists/", "table", group="setup", order=30, key="price_lists", needs=SETUP)
entry(_("Rates of the day"), "/currency_rates/", "updown", group="setup", order=35, key="currency_rates", needs=SETUP)
