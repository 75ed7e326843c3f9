"""The record table, and what every record kind's own table has."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.entity import fields as f
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.registry import registry
from crm.kernel.entity.storage import slot_columns
from crm.kernel.tenancy.enforce import short
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class RecordRow(TenantModel):
    """One row for each record of any kind, written in the same transaction: what polymorphic links point to.

    `search` holds the words it is found by (`crm.kernel.search` writes them), `duplicate_keys` the hashes by which records
    like it are found (`crm.kernel.dedupe`); None: not written yet.
    """

    indexes_in_workspace = (("kind", "deleted_at", "id"),)

    kind = models.TextField()
    title = models.TextField(default="")
    sort_key = models.TextField(default="")
    owner = TenantKey("identity.User", null=True)
    team = TenantKey("identity.Team", null=True)
    updated_at = models.DateTimeField(default=now)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = TenantKey("identity.User", null=True)
    merged_into = TenantKey("records.RecordRow", null=True)
    search = SearchVectorField(null=True, editable=False)
    duplicate_keys = ArrayField(models.IntegerField(), null=True, editable=False)

    class Meta:
        db_table = "record"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The title in the reader's language: what pages and messages show."""
        return registry.called(self.kind, self.title)


class RecordLink(TenantModel):
    """One link of a many-links field."""

    audited = True
    unique_together_in_workspace = (("source_id", "field", "target_id"),)

    source = TenantKey("records.RecordRow", cascade=True)
    field = models.TextField()
    target = TenantKey("records.RecordRow", cascade=True)

    class Meta:
        db_table = "record_link"


class ChangeSet(TenantModel):
    """One act of a person that can be undone: the audit rows of its transaction belong to it.

    They are those of `txid` between `began_at` and `at`: where a dump is restored elsewhere, the ids of transactions
    begin again. An act of several transactions has no `txid` but a `ChangePart` for each. Taking back is an act, too: it
    names the one that it `undoes`, and undoing it does that one again. `work` is the job that does it, where one does, `task`
    the one that takes it back, `kept` how many records that one left as they were.
    """

    audited = False
    indexes_in_workspace = (("by_id", "at"), ("at", "id"), ("txid",))

    txid = models.BigIntegerField()
    began_at = models.DateTimeField(default=now)
    label = models.TextField(default="")
    by = TenantKey("identity.User", null=True)
    at = models.DateTimeField(default=now)
    records = models.IntegerField(default=0)
    undone_at = models.DateTimeField(null=True)
    undone_by = TenantKey("identity.User", null=True)
    undoes = TenantKey("records.ChangeSet", null=True)
    work = TenantKey("queue.Task", null=True)
    task = TenantKey("queue.Task", null=True)
    kept = models.IntegerField(default=0)

    class Meta:
        db_table = "change_set"

    def __str__(self) -> str:
        return self.label


class ChangePart(TenantModel):
    """One transaction of an act that took several: a job's batch."""

    audited = False
    indexes_in_workspace = (("txid",),)

    change_set = TenantKey("records.ChangeSet", cascade=True)
    txid = models.BigIntegerField()
    began_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "change_part"


class BulkRun(TenantModel):
    """One change of `values` to many records, or the bin for them, by `verb` ("edit", "delete"): chosen when it was asked about,
    done by `task`. Without a task nobody has said yes to it yet.

    `permitted`: to how many of the `records` it could be done at that time.
    """

    audited = False
    indexes_in_workspace = (("by_id", "created_at"), ("created_at",))

    kind = models.TextField()
    verb = models.TextField()
    values = models.JSONField(default=dict)
    records = models.IntegerField(default=0)
    permitted = models.IntegerField(default=0)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)
    task = TenantKey("queue.Task", null=True)
    change_set = TenantKey("records.ChangeSet", null=True)

    class Meta:
        db_table = "bulk_run"


class BulkPart(TenantModel):
    """Records of such a change that are done in one transaction. `done`: how many of them it reached, None before; `refused`:
    [[record id, why]] of the others."""

    audited = False
    unique_together_in_workspace = (("run_id", "number"),)

    run = TenantKey("records.BulkRun", cascade=True)
    number = models.IntegerField()
    ids = ArrayField(models.UUIDField())
    done = models.IntegerField(null=True)
    refused = models.JSONField(default=list)

    class Meta:
        db_table = "bulk_part"


class Record(TenantModel):
    """The base of every record kind: who owns it, when it changed, which version it has."""

    audited = True
    virtual_facts: ClassVar[dict[str, Fact]] = {}
    #: Columns that lead the indexes of spare columns.
    slots_behind: ClassVar[tuple[str, ...]] = ()

    version = models.IntegerField(default=1, editable=False)
    owner = f.Link("identity.User", _("Owner"), synonyms=("负责人", "sales agent", "owner name"))
    team = f.Link("identity.Team", _("Team"), synonyms=("团队", "部门"))
    created_at = f.DateTime(_("Created"), readonly=True, default=now)
    created_by = f.Link("identity.User", _("Created by"), readonly=True)
    updated_at = f.DateTime(_("Changed"), readonly=True, default=now)
    updated_by = f.Link("identity.User", _("Changed by"), readonly=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def storage_plan(cls, work: Any) -> None:
        """Spare columns, list indexes and the link to the record table; called by `tenancy.enforce`."""
        table = cls._meta.db_table
        name = short(f"{table}_record_fk")
        if name not in work.constraints:
            work.do(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (workspace_id, id) '
                f"REFERENCES record (workspace_id, id) DEFERRABLE INITIALLY DEFERRED"
            )
        for column, slots in slot_columns():
            work.column(table, column, slots.sql)
            if slots.indexed:
                work.index(table, (*cls.slots_behind, column, "id"), f'WHERE "{column}" IS NOT NULL')
            if slots.target:
                work.slot_link(table, column, slots.target)
        work.column(table, "s_more", "jsonb")
        for field in cls._meta.local_fields:
            if isinstance(field, Fact):
                for column in field.index_columns():
                    work.list_index(table, column, may_be_empty=not (field.required or field.title or field.has_default()))


class CustomRecord(Record):
    """A record of a kind that its workspace made. All such kinds share this table; each knows some of its spare columns."""

    slots_behind = ("kind",)
    indexes_in_workspace = tuple(("kind", column, "id") for column in ("name_sort", "updated_at", "created_at", "owner_id"))

    kind = models.TextField(editable=False)
    name = f.Text(_("Name"), required=True, title=True)

    class Meta:
        db_table = "custom_record"


registry.base_of_own = CustomRecord
