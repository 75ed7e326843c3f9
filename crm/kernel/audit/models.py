"""The audit log: one row for each row that was written."""

from django.db import models

from crm.kernel.tenancy.models import Index, TenantModel


class AuditEntry(TenantModel):
    """One row inserted, updated or deleted, with the values before and after.

    `changes` is `{column: [before, after]}` and holds only what differs. `table_name` and `record` say which row,
    `txid` groups what one transaction did. The trigger `kith_audit` writes it; nobody else can.
    """

    INSERTED, UPDATED, DELETED = "I", "U", "D"

    indexes_in_workspace = (
        ("record", "at", "id"), ("at", "id"), ("txid",),
        # Rights as they stood are read by table: few entries among very many.
        Index(("table_name", "at"), where="table_name IN ('member', 'member_role', 'role', 'team', 'delegation')"),
    )  # fmt: skip

    at = models.DateTimeField()
    txid = models.BigIntegerField()
    actor = models.UUIDField(null=True)
    actor_label = models.TextField()
    reason = models.TextField()
    table_name = models.TextField()
    record = models.UUIDField()
    op = models.CharField(max_length=1)
    changes = models.JSONField()

    class Meta:
        db_table = "audit_entry"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.op} {self.table_name} {self.record}"
