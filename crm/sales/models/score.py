"""Rules by which leads get a score, so that the promising ones are worked on first."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class ScoreRule(Record):
    """A lead that meets the condition gets the points; its score is the sum. `condition` is a filter of leads in its text form."""

    name = f.Text(_("Name"), required=True, title=True, spoken=True, unique_value=True, synonyms=("rule", "规则"))
    condition = f.LongText(_("Condition"), required=True, longest=4000, help=_("A filter of leads, such as: budget is filled"))
    points = f.Integer(_("Points"), required=True, least=-100, most=100, help=_("From −100 to 100; less than 0 takes points away."))
    retired = f.YesNo(_("Retired"), help=_("Kept, but no longer followed."))

    class Meta:
        db_table = "lead_score_rule"
