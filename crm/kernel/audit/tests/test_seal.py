"""Whoever changes, removes or adds an entry of the audit log afterwards is found, the owner of the database too."""

import datetime
import time
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from crm.kernel.audit import sealing
from crm.kernel.audit.models import AuditEntry, AuditRule, AuditSeal
from crm.kernel.base.errors import NotAllowed, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.records import writing
from crm.kernel.records.past import as_of
from crm.kernel.records.reading import fetch
from crm.kernel.tenancy.models import Workspace
from crm.kernel.testing.cast import Company


def _accounts() -> Any:
    return registry.kind("account")


def _sealed(company: Company) -> sealing.Verdict:
    """Seals until no row is left; transactions of other tests hold it back for a moment."""
    ends = time.monotonic() + 60
    while True:
        with company.as_kith():
            sealing.seal(10)
        with company.as_kith():
            found = sealing.verify()
            if found.entries == AuditEntry.objects.count():
                return found
        assert time.monotonic() < ends, "not everything can be sealed"
        time.sleep(0.1)


def _verdict(company: Company, noted: str = "") -> sealing.Verdict:
    with company.as_kith():
        return sealing.verify(noted)


def _as_owner(harness: Any, sql: str, *values: Any) -> int:
    with psycopg.connect(harness.owner_url, autocommit=True) as owner:
        return owner.execute(sql, values).rowcount


def test_what_is_written_is_sealed_in_batches_and_holds(north: Company, south: Company) -> None:
    made = north.make("account", {"name": "First"})
    found = _sealed(north)
    assert found.sound and found.seals > 2, "batches of ten"
    with north.as_("admin"):
        writing.change(_accounts(), made.pk, {"name": "Second"})
    more = _sealed(north)
    assert more.sound and more.entries > found.entries and more.seals > found.seals
    assert _verdict(north, found.sign).sound, "an earlier seal is still there"
    assert _verdict(north, "0123456789abcdef").forgotten
    with south.as_kith():
        assert not AuditSeal.objects.filter(number__gt=0).exists(), "each company has a chain of its own"
    with north.as_kith():
        assert sealing.seal() == 0, "nothing is sealed twice"


@pytest.mark.parametrize(
    ("tampering", "why"),
    [
        ("UPDATE audit_entry SET changes = jsonb_set(changes, '{{name}}', '[null, \"Forged\"]') WHERE id = '{entry}'", "changed"),
        ("UPDATE audit_entry SET actor_label = 'Somebody else' WHERE id = '{entry}'", "changed"),
        ("UPDATE audit_entry SET at = at - interval '1 day' WHERE id = '{entry}'", "changed"),
        ("DELETE FROM audit_entry WHERE id = '{entry}'", "removed"),
        (
            "INSERT INTO audit_entry (id, workspace_id, at, txid, actor_label, reason, table_name, record, op, changes) SELECT uuidv7(), "
            "workspace_id, at, txid, 'Ada', '', table_name, record, 'U', '{{}}' FROM audit_entry WHERE id = '{entry}'",
            "inserted",
        ),
        (
            "INSERT INTO audit_entry (id, workspace_id, at, txid, actor_label, reason, table_name, record, op, changes) SELECT uuidv7(), "
            "workspace_id, '1900-01-01', txid, 'Ada', '', table_name, record, 'U', '{{}}' FROM audit_entry WHERE id = '{entry}'",
            "inserted",
        ),
        ("UPDATE audit_entry SET digest = sha256(convert_to(changes::text, 'UTF8')), changes = '{{}}' WHERE id = '{entry}'", "details"),
        ("UPDATE audit_entry SET digest = sha256(convert_to(changes::text, 'UTF8')), changes = '{{\"a\": 1}}' WHERE id = '{entry}'", "details"),  # noqa: E501
        ("UPDATE audit_seal SET rows = rows + 1 WHERE workspace_id = '{workspace}' AND number = 2", "seal"),
        ("UPDATE audit_seal SET digest = content WHERE workspace_id = '{workspace}' AND number = 2", "seal"),
        ("DELETE FROM audit_seal WHERE workspace_id = '{workspace}' AND number = 2", "missing"),
    ],
)
def test_tampering_is_found_and_the_batch_is_named(north: Company, harness: Any, tampering: str, why: str) -> None:
    made = north.make("account", {"name": "Genuine"})
    assert _sealed(north).sound
    with north.as_kith():
        entry = AuditEntry.objects.get(record=made.pk, table_name="account")
        number = AuditSeal.objects.filter(from_txid__lte=entry.txid, to_txid__gt=entry.txid).get().number
    assert _as_owner(harness, tampering.format(entry=entry.pk, workspace=north.id)) == 1
    found = _verdict(north)
    assert not found.sound and found.damage is not None and found.damage.why == why
    assert found.damage.number == (number if "audit_entry" in tampering else 2)
    assert "tampered" in found.words


def test_a_chain_cut_at_its_end_is_found_by_a_noted_seal(north: Company, harness: Any) -> None:
    north.make("account", {"name": "Genuine"})
    noted = _sealed(north)
    _as_owner(harness, "DELETE FROM audit_seal WHERE workspace_id = %s AND number = %s", north.id, noted.seals)
    assert _verdict(north).sound and _verdict(north, noted.sign).forgotten


def test_the_application_can_neither_write_seals_nor_entries(north: Company) -> None:
    north.make("account", {"name": "Genuine"})
    _sealed(north)
    for sql in (
        "UPDATE audit_seal SET rows = 1", "DELETE FROM audit_seal", "INSERT INTO audit_seal SELECT * FROM audit_seal",
        "UPDATE audit_entry SET changes = '{}'", "DELETE FROM audit_entry", "TRUNCATE audit_seal",
    ):
        with pytest.raises(ProgrammingError), north.as_("admin"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_database_restored_elsewhere_is_sealed_on(north: Company, harness: Any) -> None:
    """There the ids of transactions begin again: the sealed ones seem to come from the future."""
    old = north.make("account", {"name": "Before the restore"})
    _sealed(north)
    far = 2**60
    _as_owner(harness, "UPDATE audit_entry SET txid = txid + %s WHERE workspace_id = %s", far, north.id)
    with psycopg.connect(harness.owner_url) as owner:  # the chain as the other cluster would have made it
        owner.execute("SELECT set_config('kith.workspace', %s, true)", [str(north.id)])
        owner.execute("CREATE TEMP TABLE old ON COMMIT DROP AS SELECT * FROM audit_seal WHERE workspace_id = %s ORDER BY number", [north.id])  # noqa: E501
        owner.execute("DELETE FROM audit_seal WHERE workspace_id = %s", [north.id])
        seals = owner.execute("SELECT number FROM old ORDER BY number").fetchall()
        for (number,) in seals:
            owner.execute(
                "WITH ranged AS (SELECT from_txid + %(far)s * (from_txid > 0)::int AS a, to_txid + %(far)s AS b FROM old WHERE number = %(n)s), "  # noqa: E501
                "made AS (SELECT a, b, c.rows, c.content FROM ranged, kith_audit_content(%(w)s, a, b, 'epoch', NULL) c) "
                "SELECT kith_audit_add(ROW(NULL, NULL, a, b, 'epoch'::timestamptz, made.rows, content, NULL, NULL, NULL, %(w)s)::audit_seal) "  # noqa: E501
                "FROM made",
                {"far": far, "n": number, "w": north.id},
            )
    assert _verdict(north).sound
    with north.as_("admin"):
        writing.change(_accounts(), old.pk, {"name": "After the restore"})
    found = _sealed(north)
    assert found.sound
    with north.as_kith():
        assert AuditSeal.objects.values("since").distinct().count() == 2
        entry = AuditEntry.objects.filter(record=old.pk, op="I", table_name="account").get()
    _as_owner(harness, "UPDATE audit_entry SET reason = 'forged' WHERE id = %s", entry.pk)
    assert not _verdict(north).sound, "the old epoch is looked through, too"


def test_details_are_removed_by_rule_which_is_sealed_and_told(north: Company, harness: Any) -> None:
    made = north.make("account", {"name": "Old", "industry": "Paint"})
    with north.as_("admin"):
        writing.change(_accounts(), made.pk, {"industry": "Signs"})
    long_ago = "UPDATE audit_entry SET at = at - interval '100 days' WHERE record = %s"
    _as_owner(harness, long_ago, made.pk)
    with north.as_("admin"):
        writing.change(_accounts(), made.pk, {"industry": "Neon"})
    assert _sealed(north).sound
    with north.as_("admin"):
        sealing.keep({"account": 90})
        assert sealing.rules() == {"account": 90}
    with north.as_kith():
        assert sealing.retire() == 2
    with north.as_kith():
        assert sealing.retire() == 0
        kept = list(AuditEntry.objects.filter(record=made.pk, table_name="account").order_by("at", "id"))
        assert [bool(one.changes) for one in kept] == [False, False, True]
        assert kept[0].actor_label == "Admin Lee", "who and when stays"
        assert sealing.removed_until()["account"] < kept[2].at
    assert _sealed(north).sound, "what was removed by rule leaves the log sound"
    assert _as_owner(harness, "UPDATE audit_entry SET digest = sha256(digest) WHERE id = %s", kept[0].pk) == 1
    assert not _verdict(north).sound, "the digest of what was removed is sealed with the rest"


def test_rules_are_for_whoever_may_set_them_and_not_too_short(north: Company) -> None:
    with pytest.raises(NotAllowed), north.as_("ada"):
        sealing.keep({"account": 90})
    with pytest.raises(Wrong), north.as_("admin"):
        sealing.keep({"account": 1})
    made = north.make("account", {"name": "Kept"})
    _sealed(north)
    with north.as_("admin"):
        AuditRule(table_name="account", days=0).save(force_insert=True)
    with north.as_kith():
        assert sealing.retire() == 0, "a rule put in past the check removes nothing"
        assert AuditEntry.objects.get(record=made.pk, table_name="account").changes
        sealing.keep({"account": 0})
        assert not sealing.rules()


def test_records_of_before_stay_as_they_are_where_details_are_gone(north: Company, harness: Any) -> None:
    made = north.make("account", {"name": "Kept", "industry": "Paint"})
    _as_owner(harness, "UPDATE audit_entry SET at = at - interval '100 days' WHERE record = %s", made.pk)
    _sealed(north)
    with north.as_("admin"):
        sealing.keep({"account": 90})
    with north.as_kith():
        sealing.retire()
    with north.as_("admin"), as_of(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=95)):
        assert fetch(_accounts(), made.pk).industry == "Paint"


def test_the_command_says_a_plain_sentence_and_fails_where_it_must(north: Company, harness: Any) -> None:
    made = north.make("account", {"name": "Genuine"})
    sign = _sealed(north).sign
    with north.as_kith():
        entry = AuditEntry.objects.get(record=made.pk, table_name="account")
        name = Workspace.objects.get(pk=north.id).name
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify", noted="0123456789abcdef", stdout=said)
    assert ended.value.code == 1 and "in no log any more" in said.getvalue()
    _as_owner(harness, "DELETE FROM audit_entry WHERE id = %s", entry.pk)
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify", noted=sign, stdout=said)
    assert ended.value.code == 1
    line = next(line for line in said.getvalue().splitlines() if line.startswith(name) and "TAMPERED" in line)
    assert "Batch" in line and "Entries were removed." in line
