"""An event reaches its webhook: signed, in order, again where it was not taken, and never more than its owner may see."""

from crm.integration.tests.at_work import hook, rows, tell
from crm.integration.tests.receiver import Receiver, signed_by
from crm.kernel.entity.registry import registry
from crm.kernel.records import writing
from crm.kernel.testing.cast import Company


def test_a_change_is_told_signed_with_what_was_and_is(north: Company, ear: Receiver) -> None:
    _made, secret = hook(north, ear.url, kinds=["account"])
    account = north.make("account", {"name": "Lamps"})
    with north.as_("admin"):
        writing.change(registry.kind("account"), account.pk, {"name": "Lamps and more"})
    assert tell(north) == 2
    assert ear.names() == ["records.record-created", "records.record-changed"]
    assert all(signed_by(one, secret) for one in ear.got)
    said = ear.got[1].body
    assert said["data"]["changes"]["name"] == ["Lamps", "Lamps and more"]
    assert said["data"]["record"] == north.api("admin").get(f"/api/v1/accounts/{account.pk}").json()
    assert [one.state for one in rows(north)] == ["done", "done"]
