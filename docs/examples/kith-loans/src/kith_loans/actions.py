"""What is done to a loan."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.entity import fields as f
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.records.actions import action
from crm.kernel.records.writing import change
from kith_loans.models import Loan


@action(
    Loan, label=_("Take back"), icon="check", primary=True, when=lambda one: one.returned_on is None, returned_on=f.Date(_("Came back"))
)
def take_back(loan: Loan, *, actor: Actor, returned_on: date | None = None) -> Any:
    """It is back: today, or on the day that is named."""
    entity = registry.of(type(loan))
    assert entity is not None
    return change(entity, loan.pk, {"returned_on": returned_on or now().date()})
