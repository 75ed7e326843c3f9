"""What people decided about pairs of records, and what was merged. The keys stand in `duplicate_key` (sql/60_duplicate_key.sql)."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Verdict(models.TextChoices):
    DIFFERENT = "different", "different"


class DuplicateDecision(TenantModel):
    """One pair, decided once: `first` is the one with the smaller id."""

    audited = True
    unique_together_in_workspace = (("first_id", "second_id"),)

    first = TenantKey("records.RecordRow", cascade=True)
    second = TenantKey("records.RecordRow", cascade=True)
    verdict = models.TextField(choices=Verdict, default=Verdict.DIFFERENT)
    by = TenantKey("identity.User", null=True)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "duplicate_decision"


class Merge(TenantModel):
    """One record that went into another of its kind, and whether it was split off again.

    `columns` {column: [before, after]} of the survivor, whose values came from this one, as the log keeps them; `gains` {field: [values]}
    that lists of the survivor gained from it. What pointed to it is told by its steps. `act`: what a person did, one for all that went
    in at once. `txid` and `undone_txid`: the transactions of both.
    """

    audited = True
    indexes_in_workspace = (("survivor_id", "at"), ("loser_id", "at"), ("act_id", "id"))

    kind = models.TextField()
    survivor = TenantKey("records.RecordRow", cascade=True)
    loser = TenantKey("records.RecordRow", cascade=True)
    reason = models.TextField(default="")
    columns = models.JSONField(default=dict)
    gains = models.JSONField(default=dict)
    act = TenantKey("records.ChangeSet", null=True)
    txid = models.BigIntegerField(default=0)
    by = TenantKey("identity.User", null=True)
    at = models.DateTimeField(default=now)
    undone_at = models.DateTimeField(null=True)
    undone_by = TenantKey("identity.User", null=True)
    undone_txid = models.BigIntegerField(default=0)
    if TYPE_CHECKING:
        survivor_id: UUID
        loser_id: UUID
        act_id: UUID | None
        by_id: UUID | None

    class Meta:
        db_table = "merge"

    def __str__(self) -> str:
        return str(self.pk)


class MergeStep(TenantModel):
    """What a merge did to the rows of one table by one of its columns.

    MOVED: `rows` point to the survivor now. ASIDE: records that would link the survivor to itself, or say the same as one of its own;
    they are kept with `merged_into`. JOINED: rows that a unique rule would not let stand beside the survivor's, as `kept` ([{"row": the
    whole row, "beside": id of the survivor's, null where it would have pointed to itself}]). MADE: `rows` were made for the survivor.
    """

    MOVED, ASIDE, JOINED, MADE = "moved", "aside", "joined", "made"

    merge = TenantKey("dedupe.Merge", cascade=True)
    table_name = models.TextField()
    column_name = models.TextField()
    verb = models.TextField()
    rows = ArrayField(models.UUIDField(), default=list)
    kept = models.JSONField(default=list)

    class Meta:
        db_table = "merge_step"


class MergeQuestion(TenantModel):
    """Something that came after a merge, and of which nothing tells whose it is once the two are apart: one value (`field`) or one row
    that points to the survivor. It stays with the survivor until somebody says otherwise.

    `facts`: of a value {"columns": {column: [before the merge, now]}}. `side`: SURVIVOR or LOSER once it is settled, "" while open.
    """

    SURVIVOR, LOSER = "survivor", "loser"

    audited = True
    indexes_in_workspace = (("merge_id", "side"),)

    merge = TenantKey("dedupe.Merge", cascade=True)
    field = models.TextField(default="")
    table_name = models.TextField(default="")
    column_name = models.TextField(default="")
    row = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)
    side = models.TextField(default="")
    settled_by = TenantKey("identity.User", null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "merge_question"
