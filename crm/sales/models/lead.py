"""Leads: people and companies who may become customers, with where they came from and what became of them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers.models.sources import Source
from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class LeadStatus(models.TextChoices):
    NEW = "new", _("New")
    WORKING = "working", _("Being worked on")
    QUALIFIED = "qualified", _("Qualified")
    CONVERTED = "converted", _("Converted")
    RECYCLED = "recycled", _("Comes back later")
    DISQUALIFIED = "disqualified", _("Not a fit")


#: States in which somebody works on the lead, or is to.
OPEN = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)


class LeadReason(models.TextChoices):
    """Why a lead was set aside or is to come back later."""

    NO_NEED = "no_need", _("No need")
    NO_BUDGET = "no_budget", _("No budget")
    LATER = "later", _("Not now")
    NOT_REACHED = "not_reached", _("Could not be reached")
    QUIET = "quiet", _("Nothing happened for too long")
    RIVAL = "rival", _("Buys elsewhere")
    WRONG = "wrong", _("Wrong or made-up details")
    DOUBLE = "double", _("Known already")
    OTHER = "other", _("Something else")


class Lead(Record):
    """One lead. What it became (`account`, `contact`, `opportunity`) is written by its conversion; `moved_at` is when its
    owner or status last changed, `round` how often it has been in the pool."""

    name = f.PersonName(
        pgettext_lazy("person", "Name"),
        required=True,
        title=True,
        help=_("The company's name is taken where the person is not known."),
        synonyms=("lead", "full name", "contact", "contact name", "person", "lead name", "姓名", "联系人", "线索", "线索名称"),
    )
    company = f.Text(
        _("Company"),
        search="A",
        synonyms=("account", "company name", "organisation", "organization", "公司", "公司名称", "单位"),
    )
    job_title = f.Text(_("Job title"), synonyms=("title", "position", "job", "role", "职务", "职位"))
    mobile = f.Phone(_("Mobile"), synonyms=("cell", "cell phone", "mobile phone", "手机", "手机号"))
    phone = f.Phone(_("Phone"), synonyms=("telephone", "office phone", "tel", "电话", "座机"))
    email = f.Email(_("E-mail"), synonyms=("email", "mail", "email address", "邮箱", "电子邮箱"))
    wechat = f.Handle(_("WeChat"), service="wechat", synonyms=("weixin", "微信", "微信号"))
    website = f.Url(_("Website"), synonyms=("homepage", "web", "url", "网址", "官网"))
    address = f.PostalAddress(_("Address"), synonyms=("office address", "地址"))
    industry = f.Text(_("Industry"), synonyms=("sector", "branch", "行业", "所属行业"))
    tax_id = f.TaxId(_("Tax number"), synonyms=("vat", "vat number", "credit code", "统一社会信用代码", "税号", "信用代码"))
    status = f.Choice(_("Status"), LeadStatus, default=LeadStatus.NEW, synonyms=("lead status", "线索状态", "状态"))
    score = f.Integer(_("Score"), readonly=True, tracked=False, default=0, help=_("The points of the score rules that it meets."))
    reason = f.Choice(_("Reason"), LeadReason, synonyms=("why", "disqualified because", "原因"))
    reason_note = f.Text(_("More on the reason"), longest=400, synonyms=("reason note", "原因说明"))
    comes_back_on = f.Date(_("Comes back on"), synonyms=("back on", "回流日期"))
    need = f.LongText(_("Need"), search="D", synonyms=("interest", "requirement", "message", "需求", "留言"))
    budget = f.Money(_("Budget"), synonyms=("amount", "expected amount", "预算"))
    source = f.Choice(_("Source"), Source, synonyms=("lead source", "来源", "线索来源"))
    campaign = f.Text(_("Campaign"), synonyms=("campaign name", "市场活动"))
    external_id = f.Text(
        _("External number"),
        search="B",
        help=_("Its number in another system."),
        synonyms=("lead id", "cust num", "customer number", "编号"),
    )
    tags = f.Tags(_("Tags"), synonyms=("labels", "标签"))
    description = f.LongText(_("Description"), search="D", synonyms=("notes", "comments", "备注", "说明"))
    form = f.Link("sales.LeadForm", _("Web form"), readonly=True)
    referrer = f.Text(_("Came from"), longest=500, help=_("The page on which the visitor was before."), synonyms=("referer", "来路"))
    utm_source = f.Text(_("utm_source"), synonyms=("utm source",))
    utm_medium = f.Text(_("utm_medium"), synonyms=("utm medium",))
    utm_campaign = f.Text(_("utm_campaign"), synonyms=("utm campaign",))
    utm_term = f.Text(_("utm_term"), synonyms=("utm term",))
    utm_content = f.Text(_("utm_content"), synonyms=("utm content",))
    consent = f.LongText(_("Consent"), help=_("What the person agreed to, word for word."), readonly=True)
    consent_at = f.DateTime(_("Agreed on"), readonly=True)
    assigned_by = f.Link("sales.AssignmentRule", _("Assigned by"), readonly=True, tracked=False)
    account = f.Link("customers.Account", _("Account"), readonly=True)
    contact = f.Link("customers.Contact", _("Contact"), readonly=True)
    opportunity = f.Link("sales.Opportunity", _("Opportunity"), readonly=True)
    converted_at = f.DateTime(_("Converted on"), readonly=True, tracked=False)
    round = f.Integer(_("Round"), readonly=True, default=1, help=_("How often it has been in the pool."))
    moved_at = f.DateTime(_("Unchanged since"), readonly=True, tracked=False)

    indexes_in_workspace = (("status", "comes_back_on"), ("status", "moved_at"), ("owner_id", "status"))

    class Meta:
        db_table = "lead"


class LeadRound(TenantModel):
    """One time that a lead was worked on: from the pool until it was given back."""

    lead: Any = TenantKey("sales.Lead", cascade=True)
    number = models.IntegerField()
    owner: Any = TenantKey("identity.User", null=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    reason = models.TextField(default="")
    note = models.TextField(default="")
    comes_back_on = models.DateField(null=True)

    indexes_in_workspace = (("lead_id", "number"),)

    class Meta:
        db_table = "lead_round"


class LeadHabits(TenantModel):
    """How a company treats its leads: after so many days without activity one goes back to the pool; 0 means never."""

    audited, configuration = True, _("How leads are taken up")
    unique_together_in_workspace = (("singleton",),)

    singleton = models.BooleanField(default=True)
    idle_days = models.IntegerField(default=0)

    class Meta:
        db_table = "lead_habits"
