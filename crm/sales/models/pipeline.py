"""Pipelines and their stages: how a deal comes about, as data of the workspace."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import Record


class StageKind(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Selling(models.TextChoices):
    """The ways of selling for which Kith knows usual stages."""

    DIRECT = "direct", _("Direct sales")
    TELE = "tele", _("By telephone")
    WEB = "web", _("On the web")
    PARTNER = "partner", _("Through partners")
    RETAIL = "retail", _("In the shop")
    TENDER = "tender", _("Tenders")
    RENEWAL = "renewal", _("Renewals")


#: Needs of a stage that are not fields of the deal itself.
BESIDE = (("people", _("People in the deal")), ("lines", _("Products")), ("competitors", _("Competitors")))
#: Fields that no stage can ask for: they follow from the stage, or Kith writes them.
_FOLLOWING = frozenset({"name", "pipeline", "stage", "probability", "closed_on", "lost_reason", "lost_to", "by_hand", "owner", "team"})


def needable() -> list[tuple[str, Any]]:
    """[(name, label)] of what a stage may ask of the deals that come into it."""
    entity = registry.kind("opportunity")
    fields = entity.fields.values() if entity is not None else ()
    own = [(one.name, one.label) for one in fields if not (one.readonly or one.part_of or one.name in _FOLLOWING)]
    return [*own, *BESIDE]


class Pipeline(Record):
    """A way of selling with its own stages. `main` is the one a new opportunity starts in."""

    name = f.Text(_("Name"), required=True, title=True, spoken=True, unique_value=True, synonyms=("pipeline", "销售流程"))
    way = f.Choice(_("Way of selling"), Selling, synonyms=("sales channel", "销售方式"))
    main = f.YesNo(_("Main one"), help=_("New opportunities start here."))
    retired = f.YesNo(_("Retired"), help=_("Kept for old opportunities, no longer offered for new ones."))

    class Meta:
        db_table = "pipeline"


class Stage(Record):
    """One step of a pipeline. A pipeline has stages that are open, and one each that means won and lost."""

    name = f.Text(_("Name"), required=True, title=True, spoken=True, synonyms=("stage", "阶段"))
    pipeline = f.Link("sales.Pipeline", _("Pipeline"), required=True, follows=True, cascade=True, synonyms=("销售流程",))
    kind = f.Choice(_("Meaning"), StageKind, default=StageKind.OPEN, synonyms=("stage kind", "含义"))
    probability = f.Percent(_("Probability"), default=0, help=_("How many of a hundred deals in this stage are won."), synonyms=("赢率",))
    position = f.Integer(_("Place"), least=0, default=0, synonyms=("order", "sequence", "顺序"))
    usual_days = f.Integer(
        _("Usual days"), least=0, help=_("After more than twice as many days a deal counts as stuck."), synonyms=("通常天数",)
    )
    needs = f.MultiChoice(_("Needs"), needable, help=_("What must be filled in before a deal comes into this stage."), synonyms=("必填",))
    retired = f.YesNo(_("Retired"), help=_("Kept for old opportunities, no longer offered for new ones."))

    class Meta:
        db_table = "stage"
