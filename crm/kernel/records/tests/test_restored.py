"""A database that was restored into another cluster: the ids of transactions begin again and meet old ones."""

from datetime import timedelta
from typing import Any

import psycopg

from crm.kernel.audit.models import AuditEntry
from crm.kernel.entity.registry import registry
from crm.kernel.outbox import queries
from crm.kernel.outbox.dispatch import deliver_next
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.records import undo
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.writing import change, change_many
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import deliver


def test_undo_takes_back_its_own_transaction_and_none_of_the_same_id(north: Company, harness: Any) -> None:
    accounts = registry.kind("account")
    assert accounts is not None
    mine, before, after = (north.make("account", {"name": name}) for name in ("Mine", "Before", "After"))
    with north.as_("admin"):
        change(accounts, before.pk, {"name": "Before 2"})
    with north.as_("admin"):
        change_many(accounts, [mine.pk], {"name": "Mine 2"})
        done = undo.note("Mine 2", 1)
    with north.as_("admin"):
        change(accounts, after.pk, {"name": "After 2"})
        AuditEntry.objects.get(record=mine.pk, op="U")
    with psycopg.connect(harness.owner_url, autocommit=True) as owner:  # all three bear the same id now
        touched = owner.execute(
            "UPDATE audit_entry SET txid = %s WHERE record = ANY (%s) AND op = 'U'", [done.txid, [before.pk, after.pk]]
        )
        assert touched.rowcount == 2
    with north.as_("admin"):
        assert undo.undo(done.pk).back == 1
    with north.as_("admin"):
        names = dict(accounts.model._default_manager.values_list("pk", "name"))
    assert (names[mine.pk], names[before.pk], names[after.pk]) == ("Mine", "Before 2", "After 2")


def test_an_act_is_kept_with_the_span_of_its_transaction(north: Company) -> None:
    north.make("account", {"name": "Mine"})
    with north.as_("admin"):
        found = undo.note("x", 1)
        kept = ChangeSet.objects.get(pk=found.pk)
    assert timedelta() < kept.at - kept.began_at < timedelta(minutes=1)


def test_events_from_another_cluster_are_delivered_once_a_worker_starts(north: Company) -> None:
    north.make("account", {"name": "Mine"})
    deliver(north.id)
    with north.as_("admin"):
        OutboxEvent.objects.update(state=OutboxEvent.PENDING, xid=2**60)
    assert not deliver_next(north.id)
    assert queries.adopt() > 0
    deliver(north.id)
    with north.as_("admin"):
        assert not OutboxEvent.objects.filter(state=OutboxEvent.PENDING).exists()
