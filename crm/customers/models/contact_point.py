"""Contact points: further ways of reaching somebody, each with what it is for and when it held."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class PointType(models.TextChoices):
    PHONE = "phone", _("Phone")
    MOBILE = "mobile", _("Mobile")
    FAX = "fax", _("Fax")
    EMAIL = "email", _("E-mail")
    ADDRESS = "address", _("Address")
    WECHAT = "wechat", _("WeChat")
    QQ = "qq", _("QQ")
    WHATSAPP = "whatsapp", _("WhatsApp")
    WEB = "web", _("Web address")


class PointUse(models.TextChoices):
    WORK = "work", _("Work")
    PRIVATE = "private", _("Private")
    BILLING = "billing", _("Billing")
    DELIVERY = "delivery", _("Delivery")
    SERVICE = "service", _("Service")
    OTHER = "other", _("Other")


class ContactPoint(Record):
    """One phone, mail, address or handle of an account or a contact; the value is kept in its type's normal form."""

    record = f.Link(
        "records.RecordRow", _("Of"), required=True, follows=True, cascade=True, synonyms=("contact", "account", "联系人", "客户公司")
    )
    type = f.Choice(_("Type"), PointType, required=True, synonyms=("kind", "类型"))
    value = f.Text(_("Value"), required=True, title=True, longest=400, search="B", synonyms=("number", "address", "号码"))
    use = f.Choice(_("Used for"), PointUse, synonyms=("purpose", "用途"))
    main = f.YesNo(_("Main one"), synonyms=("primary", "主要"))
    since = f.Date(_("Valid since"), synonyms=("valid from", "生效日期"))
    until = f.Date(_("Valid until"), synonyms=("valid to", "失效日期"))
    note = f.Text(_("Note"), longest=400, synonyms=("comment", "备注"))

    class Meta:
        db_table = "contact_point"
