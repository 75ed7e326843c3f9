"""How loans are listed, entered and shown, and the rule that they keep."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.entity import Entity
from crm.kernel.pages.navigation import entry
from crm.kernel.quality.rules import not_before
from kith_loans.models import Loan


class Loans(Entity[Loan]):
    kind, plural = "loan", "loans"
    label, labels = _("Loan"), _("Loans")
    icon = "box"
    title = "item"
    menu, menu_order = "customers", 70
    columns = ("item", "account", "serial", "due_on", "returned_on", "owner")
    form = {_("Loan"): ("item", "serial", "account", "deposit"), _("Time"): ("lent_on", "due_on", "returned_on", "owner", "team")}
    quick = ("item", "account", "due_on")
    highlights = ("account", "due_on", "returned_on", "deposit")
    calendar, done = ("due_on",), "returned_on"
    match = ("serial", "item")
    rules = (not_before("due_on", "lent_on"), not_before("returned_on", "lent_on"))
    empty = _("What you lent to customers, and when it is due back.")


entry(_("Overdue loans"), "/loans/overdue", "clock", group="customers", order=71, key="overdue_loans")
