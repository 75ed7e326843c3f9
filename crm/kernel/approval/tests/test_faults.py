"""What goes wrong around an approval: two at once, a death between, a database that stops it half way."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from crm.kernel.approval import deciding
from crm.kernel.approval.models import Approver, PendingChange, Trace
from crm.kernel.approval.tests.test_pending import NEW, OLD, account, ask, post, read, verified
from crm.kernel.base.errors import Conflict
from crm.kernel.identity.actions.people import add_user
from crm.kernel.testing.cast import PASSWORD, Company

__all__ = ["account"]


def test_of_two_at_once_one_decides(north: Company, account: Any) -> None:
    with north.as_("admin"):
        north.people["eve"] = add_user(f"eve-{north.slug}@kith.example", "Eve", PASSWORD, [north.roles["Administrator"]], None)
    first, second = ask(north, account), ask(north, account, NEW + "B座", by="bo")
    said: list[Any] = []
    gate = Barrier(3)

    def decide(who: str, change: str, yes: bool) -> None:
        try:
            with north.as_(who):
                gate.wait(20)
                said.append(deciding.decide(PendingChange.objects.get(pk=change).pk, yes).state)
        except Conflict:
            said.append("conflict")
        finally:
            connection.close()

    threads = [Thread(target=decide, args=one) for one in (("admin", first, True), ("eve", first, True), ("eve", second, True))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(map(str, said)) == ["approved", "conflict", "conflict"]
    assert read(north, account) in (NEW, NEW + "B座")
    with north.as_("admin"):
        assert sorted(PendingChange.objects.values_list("state", flat=True)) == ["approved", "superseded"]


def test_what_dies_between_answer_and_value_leaves_neither(north: Company, account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    change = ask(north, account)

    def dies(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("killed")

    for step in ("change_record", "verify", "_close"):
        with monkeypatch.context() as patched:
            patched.setattr(deciding, step, dies)
            assert post(north.api("admin"), change, "approve").status_code == 500
    with north.as_("admin"):
        assert PendingChange.objects.get(pk=change).state == "waiting"
        assert not Approver.objects.exclude(answer="").exists()
        assert list(Trace.objects.values_list("what", flat=True)) == ["asked"]
    assert read(north, account) == OLD
    assert post(north.api("admin"), change, "approve").status_code == 200


def test_a_value_that_cannot_be_written_any_more_is_refused_in_words(north: Company, account: Any) -> None:
    verified(north, account, "billing_address")
    change = ask(north, account)
    rule = [{"formula": "billing_address_district == \"Ulm\"", "field": "billing_address_district", "message": "Ulm only."}]
    made = north.api("admin").patch("/api/v1/kinds/account", {"rules": rule}, content_type="application/json")
    assert made.status_code == 200, made.content
    answer = post(north.api("admin"), change, "approve")
    assert answer.status_code == 422 and "Ulm only." in str(answer.json())
    assert read(north, account) == OLD
