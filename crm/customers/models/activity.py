"""Activities: calls, meetings, visits, mails, notes and tasks, on any record."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.records.models import Record
from crm.kernel.tenancy.models import Index


class ActivityType(models.TextChoices):
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("Mail")
    NOTE = "note", _("Note")
    TASK = "task", _("Task")


class Direction(models.TextChoices):
    IN = "in", _("Incoming")
    OUT = "out", _("Outgoing")


class Activity(Record):
    """What was or is to be done. `done_at` empty means it is still to be done; `account` is derived from `record`."""

    subject = f.Text(_("Subject"), required=True, title=True, longest=300, search="B", synonyms=("title", "summary", "主题", "标题"))
    type = f.Choice(_("Type"), ActivityType, default=ActivityType.NOTE, synonyms=("activity type", "kind", "类型", "活动类型"))
    record = f.Link("records.RecordRow", _("About"), follows=True, cascade=True, synonyms=("regarding", "related to", "关于", "相关记录"))
    account = f.Link("customers.Account", _("Account"), readonly=True, help=_("Found from what it is about."))
    people = f.Links(
        "contact", _("People"), help=_("Who wrote, was written to, or was there."), synonyms=("contacts", "attendees", "参与人", "人员")
    )
    due = f.DateTime(_("Due"), synonyms=("due date", "deadline", "date", "到期", "截止时间", "计划时间"))
    done_at = f.DateTime(_("Done"), synonyms=("done", "completed", "finished", "完成时间"))
    duration = f.Integer(_("Minutes"), least=0, most=10_080, synonyms=("duration", "length", "时长", "分钟"))
    direction = f.Choice(_("Direction"), Direction, synonyms=("in or out", "方向"))
    result = f.Text(_("Result"), synonyms=("outcome", "结果"))
    reminder_at = f.DateTime(_("Remind me"), synonyms=("reminder", "提醒时间"))
    body = f.LongText(_("Text"), search="D", synonyms=("notes", "description", "body", "内容", "正文"))

    indexes_in_workspace = (
        ("account_id", "done_at"),
        ("record_id", "done_at"),
        ("owner_id", "due"),
        ("owner_id", "done_at"),
        # What is late and what was done is counted by the columns alone that these carry, those which decide rights too.
        Index(("team_id", "owner_id", "due"), ("record_id", "id"), "done_at IS NULL AND deleted_at IS NULL"),
        Index(("team_id", "owner_id", "done_at"), ("record_id", "id", "type"), "done_at IS NOT NULL AND deleted_at IS NULL"),
    )

    class Meta:
        db_table = "activity"
