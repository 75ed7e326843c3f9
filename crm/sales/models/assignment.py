"""Rules by which leads without an owner find one, in their order."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class AssignTo(models.TextChoices):
    PERSON = "person", _("A person")
    TEAM = "team", _("A team's pool")
    TURNS = "turns", _("People in turn")


class AssignmentRule(Record):
    """The first rule whose condition a new lead meets gives it away. `condition` is a filter of leads in its text form."""

    name = f.Text(_("Name"), required=True, title=True, unique_value=True, synonyms=("rule", "规则"))
    position = f.Integer(_("Place"), least=0, default=0, synonyms=("order", "顺序"))
    condition = f.LongText(_("Condition"), longest=4000, help=_("A filter of leads; empty means every lead."), synonyms=("filter", "条件"))
    to = f.Choice(_("Goes to"), AssignTo, synonyms=("assign to", "分配给"))
    person = f.Link("identity.User", _("Person"), synonyms=("user", "人员"))
    to_team = f.Link("identity.Team", _("Team of the pool"), synonyms=("pool", "线索池"))
    retired = f.YesNo(_("Retired"), help=_("Kept, but no longer followed."))

    class Meta:
        db_table = "assignment_rule"


class Turn(TenantModel):
    """One of the people among whom a rule deals out leads. `last` counts the rule's leads: whoever got one longest ago is next."""

    audited = True
    unique_together_in_workspace = (("rule_id", "user_id"),)

    rule: Any = TenantKey("sales.AssignmentRule", cascade=True)
    user: Any = TenantKey("identity.User", cascade=True)
    place = models.IntegerField(default=0)
    last = models.BigIntegerField(default=0)

    class Meta:
        db_table = "assignment_turn"
