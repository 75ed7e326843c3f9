"""Which fields the rules of sales name: assignment and score of leads, what a stage asks for, what a web form asks."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.entity.uses import Use, named_in, tells_uses
from crm.kernel.pages.cells import record_url
from crm.sales.models import AssignmentRule, ScoreRule, Stage


@tells_uses
def by_sales(entity: Entity[Any]) -> Iterator[Use]:
    """Rules of leads by their conditions; stages by what must be filled in before them."""
    if entity.kind == "lead":
        for what, model in ((_("Rule of assignment"), AssignmentRule), (_("Score rule"), ScoreRule)):
            for one in model.objects.filter(deleted_at=None, retired=None):
                for name in named_in(one.condition or ""):
                    yield Use(name, what, one.name, _address(one))
    if entity.kind == "opportunity":
        for stage in Stage.objects.filter(deleted_at=None, retired=None):
            for name in stage.needs or ():
                yield Use(name, _("Needed at a stage"), stage.name, _address(stage))


def _address(record: Any) -> str:
    kind = registry.of(type(record))
    return record_url(kind, record.pk) if kind is not None else ""
