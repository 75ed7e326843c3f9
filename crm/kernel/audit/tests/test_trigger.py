"""Every change of an audited row leaves an entry that the application can read and nobody can write."""

import pytest
from django.db import ProgrammingError, connection, transaction

from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import history, of_rows, value_on
from crm.kernel.base.clock import now
from crm.kernel.base.newest import newest
from crm.kernel.identity.models import Team, User
from crm.kernel.tenancy.scope import because
from crm.kernel.testing.cast import Company


def _team(name: str) -> Team:
    team = Team(name=name)
    team.path = team.path_below(None)
    team.save(force_insert=True)
    return team


def test_insert_update_and_delete_are_told_with_actor_and_reason(north: Company) -> None:
    with north.as_("admin", reason="reorganised") as admin:
        team = _team("Before")
        team.name = "After"
        team.save()
        kept = team.id
        team.delete()
        gone, changed, made = history(kept)
    assert (made.op, changed.op, gone.op) == ("I", "U", "D")
    assert made.changes["name"] == [None, "Before"]
    assert changed.changes == {"name": ["Before", "After"]}
    assert gone.changes["name"] == ["After", None]
    assert {(e.actor, e.actor_label, e.reason, e.table_name) for e in (made, changed, gone)} == {
        (admin.id, admin.name, "reorganised", "team")
    }
    assert made.txid == changed.txid


def test_empty_values_are_left_out_of_a_new_rows_entry(north: Company) -> None:
    with north.as_("admin"):
        (made,) = history(_team("Plain").id)
    assert set(made.changes) == {"name", "path"}


def test_bookkeeping_alone_leaves_no_entry(north: Company) -> None:
    ada = north.people["ada"]
    with north.as_("ada"):
        before = len(history(ada.id, 500))
        User.objects.filter(id=ada.id).update(last_seen_at=now())
        User.objects.filter(id=ada.id).update(name=ada.name)
        assert len(history(ada.id, 500)) == before


def test_a_secret_is_recorded_as_changed_without_its_value(north: Company) -> None:
    ada = north.people["ada"]
    with north.as_("ada"):
        User.objects.filter(id=ada.id).update(password="argon2$new")
        last = history(ada.id, 1)[0]
        assert last.changes == {"password": ["***", "***"]}


def test_a_reason_may_be_given_for_one_part(north: Company) -> None:
    with north.as_("admin"):
        team = _team("One")
        with because("merger"):
            Team.objects.filter(id=team.id).update(name="Two")
        Team.objects.filter(id=team.id).update(name="Three")
        assert [entry.reason for entry in history(team.id)] == ["", "merger", ""]


def test_the_value_on_a_past_moment(north: Company) -> None:
    with north.as_("admin"):
        team = _team("One")
        moment = now()
        Team.objects.filter(id=team.id).update(name="Two")
        assert value_on(team.id, "name", moment) == "One"
        assert value_on(team.id, "name", now()) == "Two"
        assert value_on(team.id, "nothing", now()) is None


def test_pages_of_history_follow_each_other(north: Company) -> None:
    with north.as_("admin"):
        team = _team("0")
        for number in range(1, 6):
            Team.objects.filter(id=team.id).update(name=str(number))
        first, onward = newest(of_rows([team.id]), "", 4)
        rest, last = newest(of_rows([team.id]), onward, 4)
    assert last == ""
    assert [e.changes["name"][1] for e in first + rest] == ["5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO audit_entry (id, workspace_id, at, txid, actor_label, reason, table_name, record, op, changes) "
        "SELECT uuidv7(), kith_workspace(), now(), 1, '', '', 'team', uuidv7(), 'I', '{}'",
        "UPDATE audit_entry SET reason = 'another'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "ALTER TABLE team DISABLE TRIGGER kith_audit",
        "DROP TRIGGER kith_audit ON team",
        "ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY",
        "CREATE OR REPLACE FUNCTION kith_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_write_alter_or_switch_off_the_log(north: Company, sql: str) -> None:
    with north.as_("admin"), pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute(sql)


def test_another_company_sees_nothing_of_it(north: Company, south: Company) -> None:
    with north.as_("admin"):
        team = _team("Secret")
    with south.as_("admin"):
        assert history(team.id) == []
        assert not AuditEntry.objects.exclude(workspace_id=south.id).exists()
