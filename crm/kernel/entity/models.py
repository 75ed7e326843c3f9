"""Record kinds and fields that an administrator made: the declarations that are data and not code."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.tenancy.models import TenantModel


class CustomKind(TenantModel):
    """One record kind of a workspace's own. Its records are rows of `custom_record`.

    `code` and `plural` name it in API and addresses and never change; `labels` and `plurals` are {language: name}.
    `facts` holds what a shipped kind declares in its `Entity` (columns, form, board, calendar, highlights, menu).
    """

    audited, configuration = True, _("Record kind")
    unique_together_in_workspace = (("code",), ("plural",))

    code = models.TextField()
    plural = models.TextField()
    labels = models.JSONField(default=dict)
    plurals = models.JSONField(default=dict)
    icon = models.TextField(default="box")
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custom_kind"
        verbose_name = _("Record kind")

    def __str__(self) -> str:
        return self.code


class CustomField(TenantModel):
    """One field of a workspace's own, of a shipped kind or of one of its own.

    `slots` are the spare columns that hold it, {attribute: column}: given once, never to another field, so that the audit log of a
    column is that of one field. `labels` and `helps` are {language: text}, `facts` what the type is told (options, bounds,
    target of a link, formula). `worked` says how the results of a formula
    are kept (`entity.custom.keeping`). `place` orders the fields of a kind.
    """

    audited, configuration = True, _("Field")
    unique_together_in_workspace = (("kind", "name"),)

    kind = models.TextField()
    name = models.TextField()
    type = models.TextField()
    labels = models.JSONField(default=dict)
    helps = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    slots = models.JSONField(default=dict)
    worked = models.JSONField(default=dict)
    place = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custom_field"
        verbose_name = _("Field")

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"


class PartOff(TenantModel):
    """A part that the workspace does not use. Its data stays."""

    audited, configuration = True, _("Part switched off")
    unique_together_in_workspace = (("part",),)

    part = models.TextField()

    class Meta:
        db_table = "part_off"

    def __str__(self) -> str:
        return self.part


class KindSetting(TenantModel):
    """What a workspace changed of a shipped kind: the same `facts` as those of its own kinds, and labels of kind and fields.

    `labels` is {"": {language: name}, "s": {language: plural}, field: {language: label}}.
    """

    audited, configuration = True, _("Layout and rules of a kind")
    unique_together_in_workspace = (("kind",),)

    kind = models.TextField()
    labels = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "kind_setting"

    def __str__(self) -> str:
        return self.kind


class KindFigures(TenantModel):
    """How well the fields of a kind are filled, as it was last counted: `total` records, `filled` {field: records that have it},
    `written` {field: the moment of its last change}. `read_to` is how far the audit log was read for that."""

    unique_together_in_workspace = (("kind",),)

    kind = models.TextField()
    total = models.BigIntegerField(default=0)
    filled = models.JSONField(default=dict)
    written = models.JSONField(default=dict)
    read_to = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "kind_figures"

    def __str__(self) -> str:
        return self.kind
