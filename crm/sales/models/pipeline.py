"""Pipelines and their stages: how a deal comes about, as data of the workspace."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class StageKind(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Pipeline(Record):
    """A way of selling with its own stages. `main` is the one a new opportunity starts in."""

    name = f.Text(_("Name"), required=True, title=True, spoken=True, unique_value=True, synonyms=("pipeline", "销售流程"))
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
    retired = f.YesNo(_("Retired"), help=_("Kept for old opportunities, no longer offered for new ones."))

    class Meta:
        db_table = "stage"
