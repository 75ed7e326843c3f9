"""The outbox: events as they are kept and delivered."""

from typing import cast
from uuid import UUID

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class OutboxEvent(TenantModel):
    """One event. `xid` is the transaction that published it and `number` the order inside all transactions.

    Readers that keep a place (the change feed, the warehouse) go by (xid, number) below the oldest transaction still
    running; by number alone they would pass over what commits late. `handled` names the handlers that are done.
    """

    PENDING, DONE, DEAD, DISCARDED = "pending", "done", "dead", "discarded"

    xid = models.BigIntegerField()
    number = models.BigIntegerField()
    name = models.TextField()
    record = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    by = TenantKey("identity.User", null=True)
    reason = models.TextField(default="")
    state = models.TextField(default=PENDING)
    handled = models.JSONField(default=list)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(default=now)
    error = models.TextField(default="")
    created_at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox_event"

    def __str__(self) -> str:
        return f"{self.name} {self.id}"

    @property
    def home(self) -> UUID:
        """The workspace it belongs to."""
        return cast(UUID, self.workspace_id)
