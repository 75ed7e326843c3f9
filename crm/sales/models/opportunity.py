"""Opportunities: what a customer may buy, who decides about it, and why it was lost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.customers.models.sources import Source
from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record
from crm.kernel.tenancy.models import Index


class LostReason(Record):
    """Why deals are lost, as the workspace words it."""

    name = f.Text(_("Name"), required=True, title=True, spoken=True, unique_value=True, synonyms=("reason", "原因"))
    position = f.Integer(_("Place"), least=0, default=0, synonyms=("order", "顺序"))
    retired = f.YesNo(_("Retired"), help=_("Kept for old opportunities, no longer offered for new ones."))

    class Meta:
        db_table = "lost_reason"


class Opportunity(Record):
    """One deal. Pipeline, probability and the closing day follow the stage; moves are told by `StageChange`, so these are
    not tracked once more."""

    name = f.Text(
        _("Name"),
        required=True,
        title=True,
        synonyms=("opportunity", "deal", "deal name", "opportunity name", "product", "商机", "商机名称", "产品"),
    )
    account = f.Link("customers.Account", _("Account"), synonyms=("company", "customer", "客户", "客户公司", "公司"))
    contact = f.Link("customers.Contact", _("Main contact"), synonyms=("contact", "联系人", "主要联系人"))
    amount = f.Money(_("Amount"), synonyms=("value", "close value", "deal value", "price", "金额", "成交金额"))
    by_hand = f.YesNo(_("Amount by hand"), help=_("The amount does not follow the products of the deal."), synonyms=("手工金额",))
    pipeline = f.Link("sales.Pipeline", _("Pipeline"), synonyms=("销售流程",), tracked=False)
    stage = f.Link("sales.Stage", _("Stage"), synonyms=("deal stage", "sales stage", "status", "阶段", "商机阶段"), tracked=False)
    probability = f.Percent(_("Probability"), synonyms=("chance", "win probability", "赢率"), tracked=False)
    opened_on = f.Date(_("Opened on"), synonyms=("engage date", "start date", "open date", "开始日期", "接触日期"))
    closes = f.Date(_("Expected close"), synonyms=("expected close date", "closing date", "预计成交", "预计成交日期"))
    closed_on = f.Date(_("Closed on"), synonyms=("close date", "closed date", "won date", "成交日期", "关闭日期"), tracked=False)
    lost_reason = f.Link("sales.LostReason", _("Lost because"), synonyms=("lost reason", "reason lost", "输单原因"), tracked=False)
    lost_to = f.Link("customers.Account", _("Lost to"), synonyms=("competitor", "竞争对手"))
    source = f.Choice(_("Source"), Source, synonyms=("lead source", "来源"))
    next_step = f.Text(_("Next step"), synonyms=("next action", "下一步"))
    external_id = f.Text(
        _("External number"),
        search="B",
        help=_("Its number in another system."),
        synonyms=("opportunity id", "deal id", "商机编号", "编号"),
    )
    tags = f.Tags(_("Tags"), synonyms=("labels", "标签"))
    description = f.LongText(_("Description"), search="D", synonyms=("notes", "comments", "备注", "说明"))
    stage_since = f.DateTime(_("In this stage since"), readonly=True)

    # The board, the groups and the sales page count and sum by the columns alone that these carry, those which decide rights too.
    indexes_in_workspace = (
        ("owner_id", "stage_id", "closes"),
        ("account_id", "closed_on"),
        ("stage_id", "created_at", "id"),
        Index(("stage_id", "closed_on"), ("amount_currency", "amount", "owner_id", "team_id", "id"), "deleted_at IS NULL"),
        Index(
            ("stage_id", "amount_currency", "probability"),
            ("amount", "owner_id", "team_id", "id", "closes", "stage_since"),
            "deleted_at IS NULL",
        ),
    )

    class Meta:
        db_table = "opportunity"


class BuyingRole(models.TextChoices):
    DECIDES = "decides", _("Decides")
    BUYS = "buys", _("Buys")
    INFLUENCES = "influences", _("Influences")
    USES = "uses", _("Uses")
    CHAMPION = "champion", _("Speaks for us")
    AGAINST = "against", _("Speaks against us")


class OpportunityContact(Record):
    """Which part a person plays in a deal."""

    opportunity = f.Link("sales.Opportunity", _("Opportunity"), required=True, follows=True, cascade=True, synonyms=("deal", "商机"))
    contact = f.Link("customers.Contact", _("Contact"), required=True, cascade=True, synonyms=("person", "联系人"))
    role = f.Choice(_("Role"), BuyingRole, default=BuyingRole.INFLUENCES, synonyms=("part", "角色"))
    note = f.Text(_("Note"), longest=400, synonyms=("comment", "备注"))

    class Meta:
        db_table = "opportunity_contact"
