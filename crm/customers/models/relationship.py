"""Who knows whom: relationships of kinds the workspace defines, between people, companies, or both."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record


class Party(models.TextChoices):
    """What may stand at an end of a relationship."""

    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")
    ANY = "any", _("Either")


class RelationshipType(Record):
    """How two parties stand to each other, named from both sides: "supplies" and "is supplied by"."""

    name = f.Text(
        _("Name"),
        required=True,
        title=True,
        spoken=True,
        help=_("As read from the first to the second: “supplies”."),
        synonyms=("relationship", "关系"),
    )
    reverse_name = f.Text(
        _("Name the other way"),
        required=True,
        spoken=True,
        help=_("As read from the second to the first: “is supplied by”."),
        synonyms=("reverse", "反向名称"),
    )
    first = f.Choice(_("First"), Party, default=Party.ANY)
    second = f.Choice(_("Second"), Party, default=Party.ANY)
    personal = f.YesNo(_("Personal"), help=_("Family and friends: drawn as a dotted line."))
    retired = f.YesNo(_("Retired"), help=_("Kept on old relationships, no longer offered for new ones."))

    class Meta:
        db_table = "relationship_type"


class Relationship(Record):
    """One relationship. Two parties may have several at once, each with its own time."""

    first = f.Link("records.RecordRow", _("First"), required=True, follows=True, cascade=True, synonyms=("from", "from record", "甲方"))
    type = f.Link("customers.RelationshipType", _("Relationship"), required=True, synonyms=("kind", "关系", "关系类型"))
    second = f.Link("records.RecordRow", _("Second"), required=True, cascade=True, synonyms=("to", "to record", "乙方"))
    role = f.Text(_("Role"), synonyms=("function", "角色"))
    strength = f.Integer(
        _("Strength"), least=1, most=5, help=_("From 1 (they have met) to 5 (they trust each other)."), synonyms=("强度", "亲密度")
    )
    since = f.Date(_("Since"), synonyms=("from date", "start", "开始日期"))
    until = f.Date(_("Until"), synonyms=("to date", "end", "结束日期"))
    source = f.Text(_("Known from"), help=_("Who said so, or where it is written."), synonyms=("source", "来源"))
    note = f.LongText(_("Note"), synonyms=("comment", "备注"))

    class Meta:
        db_table = "relationship"
