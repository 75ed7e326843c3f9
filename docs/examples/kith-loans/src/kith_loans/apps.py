from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoansConfig(AppConfig):
    name = "kith_loans"
    label = "loans"
    verbose_name = _("Loans of equipment")
    #: A workspace may do without it, but not without the parts it needs.
    optional = True
    needs = ()
