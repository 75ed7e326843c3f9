from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommerceConfig(AppConfig):
    name = "crm.commerce"
    label = "commerce"
    verbose_name = _("Commerce: products and prices")
    #: A workspace may do without it.
    optional = True
