"""People at work: they write through the API, and ask again with the same key where no answer came."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx

from tests.faults.installation import Installation


@dataclass
class Load:
    """Writers that run until `stop()`. `accounts` and `reminders`: id → name of all that was acknowledged; `mark` begins the names."""

    url: str
    token: str
    writers: int = 3
    accounts: dict[str, str] = field(default_factory=dict)
    reminders: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    mark: str = field(default_factory=lambda: f"fault-{uuid4().hex[:6]}")
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(self.writers)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=10)

    def _work(self, number: int) -> None:
        count = 0
        with self.client() as client:
            while not self._over.is_set():
                count += 1
                name = f"{self.mark}-{number}-{count}"
                self.asked.add(name)
                if count % 4:
                    made = self._post(client, "/api/v1/accounts", {"name": name})
                    self.accounts |= {made: name} if made else {}
                else:
                    at = (datetime.now(UTC) + timedelta(days=30)).isoformat()
                    values = {"type": "task", "subject": name, "reminder_at": at}
                    made = self._post(client, "/api/v1/activities", values)
                    self.reminders |= {made: name} if made else {}

    def _post(self, client: httpx.Client, path: str, values: dict[str, str]) -> str:
        """The id of the new record once it is acknowledged; empty where the load ended before that."""
        key = uuid4().hex
        ends = time.monotonic() + 90
        while time.monotonic() < ends:
            try:
                answer = client.post(path, json=values, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                if self._over.wait(0.1):
                    return ""
                continue
            if answer.status_code == 201:
                return str(answer.json()["id"])
            if answer.status_code < 500 and answer.status_code not in {409, 429}:
                self.problems.append(f"{path}: {answer.status_code} {answer.text[:300]}")
                return ""
            if self._over.wait(0.1):
                return ""
        self.problems.append(f"{path}: no answer for 90 seconds")
        return ""


def nothing_is_lost(installation: Installation, load: Load) -> None:
    """Every account that was acknowledged is there, once, and none that nobody asked for."""
    rows = installation.ask("SELECT id, name FROM account WHERE name LIKE %s", f"{load.mark}-%")
    kept = {str(row[0]): row[1] for row in rows}
    assert load.accounts.items() <= kept.items(), "an acknowledged account is lost"
    assert len(set(kept.values())) == len(kept), "an account was made twice"
    assert set(kept.values()) <= load.asked
