"""Workspaces: the companies on one installation, wholly apart."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db import models

from crm.kernel.base.ids import uuid7
from crm.kernel.tenancy.scope import current_workspace_id


class Workspace(models.Model):
    """One company. Language, currency, zone and country are what a new person starts with."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.TextField(unique=True)
    name = models.TextField()
    language = models.TextField(default="en")
    currency = models.TextField(default="CNY")
    time_zone = models.TextField(default="Asia/Shanghai")
    country = models.TextField(default="CN")
    schema_version = models.IntegerField(default=1)
    permission_version = models.IntegerField(default=1)
    look_version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "workspace"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Index:
    """An index led by the workspace that says more than its columns: `include` are columns that it only carries, so that a query
    which needs no others never looks at the rows, `where` is the condition on the rows it holds."""

    columns: tuple[str, ...]
    include: tuple[str, ...] = ()
    where: str = ""


class TenantModel(models.Model):
    """A row that belongs to one workspace. Policies, keys and triggers are written by `tenancy.enforce`."""

    audited: ClassVar[bool] = False
    #: What a row is called that says how the workspace is set up; what changes in it is listed in the settings, with who and why.
    configuration: ClassVar[Any] = ""
    #: Why the archive of a whole company does not hold these rows; "" where it does.
    stays: ClassVar[Any] = ""
    unique_together_in_workspace: ClassVar[tuple[tuple[str, ...], ...]] = ()
    indexes_in_workspace: ClassVar[tuple[tuple[str, ...] | Index, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.DO_NOTHING, default=current_workspace_id, editable=False, related_name="+",
        db_constraint=False, db_index=False,
    )
    if TYPE_CHECKING:
        workspace_id: UUID  # the stubs think it could be None

    class Meta:
        abstract = True
