"""Webhooks, what they are signed with, and every delivery."""

from typing import cast
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.ids import uuid7
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import Index, TenantModel

#: A copy of a company must not speak to other systems in its name.
_STAYS = _("Calls to other systems stay where they were set up; set them up anew after the import.")


class Webhook(TenantModel):
    """An address that is told of events. `by`: the person whose rights decide which records and fields it is told.

    `events`: names of events. `kinds`: of records of which kinds; empty: of all. `condition`: a filter as JSON that the record has to
    match, for a webhook of one kind. `ended`: why Kith switched it off by itself, a key of `queries.ENDED`; "" where it did not.
    """

    audited, configuration, stays = True, _("Webhook"), _STAYS
    indexes_in_workspace = (("removed_at", "name"),)

    name = models.TextField()
    address = models.TextField()
    events = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    condition = models.JSONField(null=True)
    active = models.BooleanField(default=True)
    ended = models.TextField(default="")
    by = TenantKey("identity.User")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook"

    def __str__(self) -> str:
        return self.name

    @property
    def home(self) -> UUID:
        """The workspace it belongs to."""
        return cast(UUID, self.workspace_id)


class WebhookSecret(TenantModel):
    """What a webhook's calls are signed with, sealed. `until`: a replaced one signs beside the new one up to then."""

    stays = _STAYS
    indexes_in_workspace = (("webhook_id", "id"),)

    webhook = TenantKey(Webhook, cascade=True)
    sealed = models.TextField()
    created_at = models.DateTimeField(default=now)
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_secret"


class WebhookState(TenantModel):
    """How a webhook's receiver does; written with each call, so apart from what people set.

    `failing_since`: no call was taken since then; `failures` calls in a row got no answer at all. Nothing is sent before `rests_until`,
    and no other worker sends before `leased_until`.
    """

    stays = _STAYS
    unique_together_in_workspace = (("webhook_id",),)

    webhook = TenantKey(Webhook, cascade=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    served_at = models.DateTimeField(default=now)
    last_ok_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_state"


class WebhookDelivery(TenantModel):
    """One event for one webhook; its id is the `webhook-id` that the receiver sees, the same at each try.

    `number` is the event's own, which orders the news of a record. `tries` are [{"at", "status", "error", "ms"}], oldest first. `request`
    is the body as it was sent last, `answer` the beginning of what came back.
    """

    stays = _STAYS
    WAITING, DONE, FAILED, SKIPPED = "waiting", "done", "failed", "skipped"

    indexes_in_workspace = (
        ("webhook_id", "created_at", "id"), ("created_at", "id"),
        Index(("webhook_id", "next_at"), where="state = 'waiting'"),
        Index(("webhook_id", "record", "number"), where="state = 'waiting'"),
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = TenantKey(Webhook, cascade=True)
    event = models.UUIDField(null=True)
    number = models.BigIntegerField(default=0)
    xid = models.BigIntegerField(default=0)
    name = models.TextField()
    record = models.UUIDField(null=True)
    kind = models.TextField(default="")
    payload = models.JSONField(default=dict)
    by = TenantKey("identity.User", null=True)
    happened_at = models.DateTimeField(default=now)
    state = models.TextField(default=WAITING)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField(default=now)
    tries = models.JSONField(default=list)
    status = models.IntegerField(null=True)
    error = models.TextField(default="")
    request = models.TextField(default="")
    answer = models.TextField(default="")
    created_at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_delivery"

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class WebhookPlace(TenantModel):
    """How far the feed of events has been read for the workspace's webhooks."""

    stays = _STAYS
    unique_together_in_workspace = (("name",),)

    name = models.TextField(default="webhooks")
    xid = models.BigIntegerField()
    number = models.BigIntegerField()

    class Meta:
        db_table = "webhook_place"
