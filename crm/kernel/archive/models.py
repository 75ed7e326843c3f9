"""Archives that were made of a workspace, and the one that it was made from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class ArchiveRun(TenantModel):
    """One archive of the whole workspace, or (`inward`) the one that the workspace was made from.

    `why`: what the person said it is for. `rows`, `files` and `size` (bytes) tell what is inside, `sha256` is the digest of the
    file. `origin` of an inward one: {"workspace", "name", "moment", "seals", "digest"}. The file goes at `expires_at`.
    """

    WAITING, DONE, FAILED, STOPPED, GONE = "waiting", "done", "failed", "stopped", "gone"

    audited, configuration = True, _("Archive of the whole company")
    indexes_in_workspace = (("created_at",),)

    inward = models.BooleanField(default=False)
    why = models.TextField(default="")
    state = models.TextField(default=WAITING)
    rows = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    missing = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    error = models.TextField(default="")
    origin = models.JSONField(default=dict)
    task_id = models.UUIDField(null=True)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    fetched = models.IntegerField(default=0)

    class Meta:
        db_table = "archive_run"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return str(self.why)


class Intake(models.Model):
    """Says that the open transaction `xid` makes a workspace out of an archive. Written by definer functions alone
    (`sql/70_archive.sql`) and gone before the transaction ends: no other ever sees a row."""

    workspace = models.UUIDField(primary_key=True)
    xid = models.BigIntegerField()

    class Meta:
        db_table = "archive_intake"

    def __str__(self) -> str:
        return str(self.workspace)
