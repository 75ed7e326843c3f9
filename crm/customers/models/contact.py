"""Contacts: the people one speaks with, of an account or for themselves."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customers.models.sources import Source
from crm.kernel.entity import fields as f
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records.models import Record
from crm.kernel.tenancy.models import Index


class ContactStatus(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("contact", "Active")
    LEFT = "left", _("Left the company")
    QUIET = "quiet", _("Wants no contact")


class Gender(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")


class Marital(models.TextChoices):
    SINGLE = "single", _("Single")
    MARRIED = "married", _("Married")


class Language(models.TextChoices):
    """The language in which the person wants to be written to."""

    CHINESE = "zh-hans", _("Simplified Chinese")
    TRADITIONAL = "zh-hant", _("Traditional Chinese")
    ENGLISH = "en", _("English")
    GERMAN = "de", _("German")
    FRENCH = "fr", _("French")
    SPANISH = "es", _("Spanish")
    JAPANESE = "ja", _("Japanese")
    OTHER = "other", _("Other")


class Lettered(f.Choice):
    """A choice that is also understood by its first letter, as other systems write it: M, F, S. "NA" means not known."""

    def clean(self, raw: Any, reading: Reading) -> str | None:
        if isinstance(raw, str) and raw.strip().casefold() in ("na", "n/a", "unknown", "u", "未知"):
            return None
        if isinstance(raw, str) and len(letter := raw.strip().casefold()) == 1 and letter.isascii():
            meant = [value for value, _label in self.choices_list if value.startswith(letter)]
            return super().clean(meant[0] if len(meant) == 1 else raw, reading)
        return super().clean(raw, reading)


class Contact(Record):
    """One person. Further phones, mails and addresses with their validity are `ContactPoint`s."""

    name = f.PersonName(
        pgettext_lazy("person", "Name"),
        required=True,
        title=True,
        synonyms=("full name", "contact", "contact name", "person", "姓名", "联系人", "联系人姓名"),
    )
    salutation = f.Text(_("Salutation"), longest=40, synonyms=("prefix", "title of courtesy", "称谓", "称呼"))
    account = f.Link("customers.Account", _("Account"), synonyms=("company", "company name", "customer", "公司", "客户公司", "单位"))
    job_title = f.Text(_("Job title"), search="C", synonyms=("title", "contact title", "position", "role", "职务", "职位"))
    department = f.Text(_("Department"), synonyms=("dept", "部门"))
    reports_to = f.Link("customers.Contact", _("Reports to"), synonyms=("manager", "boss", "上级", "汇报对象"))
    status = f.Choice(_("Status"), ContactStatus, default=ContactStatus.ACTIVE, synonyms=("contact status", "状态"))
    phone = f.Phone(_("Phone"), synonyms=("telephone", "office phone", "work phone", "tel", "电话", "座机"))
    mobile = f.Phone(_("Mobile"), synonyms=("cell", "cell phone", "mobile phone", "手机", "手机号"))
    email = f.Email(_("E-mail"), synonyms=("email", "mail", "email address", "邮箱", "电子邮箱"))
    wechat = f.Handle(_("WeChat"), service="wechat", synonyms=("weixin", "微信", "微信号"))
    qq = f.Handle(_("QQ"), service="qq", synonyms=("qq号",))
    whatsapp = f.Handle(_("WhatsApp"), service="whatsapp")
    address = f.PostalAddress(_("Address"), synonyms=("home address", "地址"))
    language = f.Choice(_("Language"), Language, synonyms=("preferred language", "语言"))
    birthday = f.Date(_("Birthday"), synonyms=("birth date", "date of birth", "born", "生日", "出生日期"))
    gender = Lettered(_("Gender"), Gender, synonyms=("sex", "性别"))
    marital_status = Lettered(_("Marital status"), Marital, synonyms=("marital", "婚姻状况"))
    children = f.Integer(_("Children"), least=0, most=30, synonyms=("total children", "number of children", "子女数"))
    education = f.Text(_("Education"), synonyms=("education level", "degree", "学历"))
    occupation = f.Text(_("Occupation"), synonyms=("profession", "职业"))
    annual_income = f.Money(_("Annual income"), synonyms=("income", "salary", "年收入"))
    home_owner = f.YesNo(_("Owns a home"), synonyms=("home owner", "homeowner", "house owner", "有房"))
    source = f.Choice(_("Source"), Source, synonyms=("lead source", "来源"))
    external_id = f.Text(
        _("External number"),
        search="B",
        help=_("Its number in another system."),
        synonyms=("contact id", "customer key", "customer id", "person id", "编号", "联系人编号"),
    )
    tags = f.Tags(_("Tags"), synonyms=("labels", "标签"))
    description = f.LongText(_("Description"), search="D", synonyms=("notes", "comments", "备注", "说明"))

    # Whose birthday is near: most contacts have none and cost nothing here.
    indexes_in_workspace = (Index(("owner_id", "birthday"), ("team_id", "id"), "birthday IS NOT NULL AND deleted_at IS NULL"),)

    class Meta:
        db_table = "contact"
