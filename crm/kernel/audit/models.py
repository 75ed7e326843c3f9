"""The audit log: one row for each row that was written."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.tenancy.models import TenantModel


class AuditEntry(TenantModel):
    """One row inserted, updated or deleted, with the values before and after.

    `changes` is `{column: [before, after]}` and holds only what differs. `table_name` and `record` say which row,
    `txid` groups what one transaction did. The trigger `kith_audit` writes it; nobody else can. `digest` is what is left of
    `changes` where these were removed by rule.
    """

    INSERTED, UPDATED, DELETED = "I", "U", "D"

    #: By table: rights as they stood are few entries among very many, and a past day reads what came later in one table.
    indexes_in_workspace = (("record", "at", "id"), ("at", "id"), ("txid",), ("table_name", "at", "id"))

    at = models.DateTimeField()
    txid = models.BigIntegerField()
    actor = models.UUIDField(null=True)
    actor_label = models.TextField()
    reason = models.TextField()
    table_name = models.TextField()
    record = models.UUIDField()
    op = models.CharField(max_length=1)
    changes = models.JSONField()
    digest = models.BinaryField(null=True)

    class Meta:
        db_table = "audit_entry"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.op} {self.table_name} {self.record}"


class AuditSeal(TenantModel):
    """One link of the chain that shows whether audit rows were changed, removed or put in later (`sql/20_seal.sql`).

    A batch: the `rows` of the transactions from `from_txid` up to and without `to_txid`, with the digest of their `content`.
    A removal by rule: `rule` {table, before} and how many `rows` lost their details. `digest` seals both and all before.
    """

    unique_together_in_workspace = (("number",),)

    number = models.IntegerField()
    from_txid = models.BigIntegerField()
    to_txid = models.BigIntegerField()
    since = models.DateTimeField()
    rows = models.BigIntegerField()
    content = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField()
    rule = models.JSONField(null=True)

    class Meta:
        db_table = "audit_seal"


class AuditRule(TenantModel):
    """How many days the details of entries of one table are kept. Without a rule they are kept for ever."""

    audited, configuration = True, _("How long details are kept")
    unique_together_in_workspace = (("table_name",),)

    table_name = models.TextField()
    days = models.IntegerField()

    class Meta:
        db_table = "audit_rule"


class AuditRead(TenantModel):
    """Somebody read sensitive fields: of a page, a list or an answer of the API one row, with all fields and records."""

    indexes_in_workspace = (("at", "id"),)

    at = models.DateTimeField(default=now)
    actor = models.UUIDField(null=True)
    actor_label = models.TextField()
    through = models.TextField()
    kind = models.TextField()
    fields = ArrayField(models.TextField())
    records = ArrayField(models.UUIDField())

    class Meta:
        db_table = "audit_read"
        ordering = ["-at", "-id"]
