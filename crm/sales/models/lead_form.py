"""Forms on the web that bring leads in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.customers.models.sources import Source
from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class Asked(models.TextChoices):
    """What a web form may ask; the values are names of a lead's fields."""

    NAME = "name", _("Your name")
    COMPANY = "company", _("Company")
    JOB_TITLE = "job_title", _("Job title")
    MOBILE = "mobile", _("Mobile")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    WEBSITE = "website", _("Website")
    CITY = "address_city", _("City")
    INDUSTRY = "industry", _("Industry")
    BUDGET = "budget", _("Budget")
    NEED = "need", _("What can we do for you?")


class FormLanguage(models.TextChoices):
    ENGLISH = "en", _("English")
    CHINESE = "zh-hans", _("Simplified Chinese")
    TRADITIONAL = "zh-hant", _("Traditional Chinese")


class LeadForm(Record):
    """A public page that makes leads. Texts are written in English and Simplified Chinese; Traditional is made from it."""

    name = f.Text(_("Name"), required=True, title=True, unique_value=True, synonyms=("form", "表单"))
    asks = f.MultiChoice(_("Asks for"), Asked, synonyms=("fields", "字段"))
    requires = f.MultiChoice(_("Needed"), Asked, help=_("Whoever fills it in cannot leave these out."), synonyms=("required", "必填"))
    languages = f.MultiChoice(_("Languages"), FormLanguage, synonyms=("language", "语言"))
    heading_en = f.Text(_("Heading, English"), longest=120)
    heading_zh = f.Text(_("Heading, Chinese"), longest=120)
    intro_en = f.LongText(_("Introduction, English"), longest=1000)
    intro_zh = f.LongText(_("Introduction, Chinese"), longest=1000)
    consent_en = f.LongText(_("Consent, English"), longest=2000, help=_("Shown with a box to tick; kept with the lead word for word."))
    consent_zh = f.LongText(_("Consent, Chinese"), longest=2000)
    thanks_en = f.LongText(_("Thanks, English"), longest=1000)
    thanks_zh = f.LongText(_("Thanks, Chinese"), longest=1000)
    leads_to = f.Text(_("Goes on to"), longest=300, help=_("An address on this site, such as /f/thanks.html; empty shows the thanks."))
    source = f.Choice(_("Source"), Source, default=Source.WEBSITE)
    campaign = f.Text(_("Campaign"))
    gives_to = f.Link("identity.User", _("Owner of its leads"), help=_("Empty: the rules of assignment decide."))
    retired = f.YesNo(_("Retired"), help=_("The page says that the form is closed."))
    token = f.Text(_("Link"), readonly=True, tracked=False)

    class Meta:
        db_table = "lead_form"
