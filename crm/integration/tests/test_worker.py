"""The worker of a running Kith tells webhooks by itself."""

import time
from typing import Any

from crm.integration.actions.webhooks import save_webhook
from crm.integration.tests.receiver import Receiver, receiver, signed_by
from crm.kernel.testing.cast import Company


def test_a_running_worker_tells_one_while_another_is_silent(north: Company, live_server: Any, ear: Receiver) -> None:
    with receiver(wait=True) as deaf:
        with north.as_("admin"):
            for number in range(2):
                save_webhook(None, {"name": f"Deaf {number}", "address": deaf.url, "events": ["records.record-created"]})
            _made, secret = save_webhook(None, {"name": "Ear", "address": ear.url, "events": ["records.record-created"]})
        made = [north.make("account", {"name": f"Lamp {number}"}) for number in range(5)]
        ends = time.monotonic() + 12  # the silent ones take 15 seconds to give up
        while len(ear.got) < 5 and time.monotonic() < ends:
            time.sleep(0.05)
    assert [one.body["data"]["id"] for one in ear.got] == [str(one.pk) for one in made]
    assert all(signed_by(one, secret) for one in ear.got)
