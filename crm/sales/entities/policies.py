"""Pipelines, stages and reasons are the company's: everybody reads them, who sets the company up changes them."""

from typing import Any

from django.db.models import Q

from crm.kernel.access.policy import NOTHING, Policy
from crm.kernel.identity.actor import Actor
from crm.sales.models import LostReason, Pipeline, Stage

#: The right to change pipelines, stages and reasons for losing.
SETUP = "administration.pipelines"


class Shared(Policy[Any]):
    """Read by all, changed by whoever holds the right to set up."""

    def rows(self, actor: Actor, verb: str = "view") -> Q:
        return Q() if verb == "view" or actor.may(SETUP) else NOTHING

    def may(self, actor: Actor, verb: str, record: Any = None) -> bool:
        return verb in ("view", "export") or actor.may(SETUP)


class Pipelines(Shared, Policy[Pipeline]):
    """The company's pipelines."""


class Stages(Shared, Policy[Stage]):
    """The company's stages."""


class LostReasons(Shared, Policy[LostReason]):
    """The company's reasons for losing."""
