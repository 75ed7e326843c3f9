"""Pipelines, stages, reasons, web forms and rules of assignment are the company's: everybody reads them, who sets the company
up changes them. Leads of the pool are for everybody who works on leads."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Account
from crm.kernel.access.grounds import Ground
from crm.kernel.access.policy import Policy, rows_for
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.pages import guide
from crm.sales.models import AssignmentRule, Lead, LeadForm, LostReason, Pipeline, ScoreRule, Stage
from crm.sales.models.lead import LeadStatus

#: The right to change pipelines, stages and reasons for losing.
SETUP = "administration.pipelines"
for _path in ("/sales/pipelines/", "/sales/assignment/"):
    guide.needs(_path, SETUP, _("Pipelines, web forms and assignment"))


class Shared(Policy[Any]):
    """Read by all, changed by whoever holds the right to set up."""

    def grounds(self, actor: Actor, verb: str) -> list[Ground]:
        return [Ground("everybody", Q())] if verb == "view" else [Ground("setup", Q())] if actor.may(SETUP) else []

    def needs(self, actor: Actor, verb: str) -> list[Ground]:
        return []

    def may(self, actor: Actor, verb: str, record: Any = None) -> bool:
        return verb in ("view", "export") or actor.may(SETUP)


class Pipelines(Shared, Policy[Pipeline]):
    """The company's pipelines."""


class Stages(Shared, Policy[Stage]):
    """The company's stages."""


class LostReasons(Shared, Policy[LostReason]):
    """The company's reasons for losing."""


class LeadForms(Shared, Policy[LeadForm]):
    """The company's web forms."""


class AssignmentRules(Shared, Policy[AssignmentRule]):
    """The company's rules of assignment."""


class ScoreRules(Shared, Policy[ScoreRule]):
    """The company's score rules."""


class Leads(Policy[Lead]):
    """Besides the general rule: leads without an owner are seen and taken by the team whose pool they are in (by everybody
    where they are in none's), and a converted lead is seen by whoever sees the customer it became."""

    @property
    def shareable(self) -> bool:
        return True

    def besides(self, actor: Actor, verb: str) -> list[Ground]:
        if actor.grants.level(self.entity.kind, verb) == "none" or verb not in ("view", "edit"):
            return []
        free = Q(team_id=None) | Q(team_id__in=sorted(actor.tree_ids | actor.team_ids))
        found = [Ground("pool", Q(owner_id=None) & free)]
        accounts = registry.of(Account)
        if verb == "view" and accounts is not None:
            seen = rows_for(accounts, actor)
            became = Q(status=LeadStatus.CONVERTED, account_id__isnull=False)
            found.append(Ground("became", became & Q(Exists(Account.objects.filter(seen, deleted_at=None, pk=OuterRef("account_id"))))))
        return found
