"""Schemathesis reads the live OpenAPI document and tries to break what it describes, as three people in turn.

No answer may be a 5xx, all answers must fit the document, and at least 70 % of the operations that a person is told of
must be answered 2xx once. Each is asked with its example, however long that takes; then it is tried to break them for
`KITH_SCHEMATHESIS_SECONDS`. The figures are printed.
"""

import os
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from config.wsgi import application
from crm.kernel.entity.registry import registry
from crm.kernel.testing.work import run_jobs
from tests.api.stock import Stocked, stocked
from tests.api.test_every_kind import send

SECONDS = int(os.environ.get("KITH_SCHEMATHESIS_SECONDS", "12"))
ENOUGH = 0.70


@dataclass
class Tally:
    """What came back, by operation."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    broken: list[str] = field(default_factory=list)
    misfits: Counter[str] = field(default_factory=Counter)

    stumbles: Counter[str] = field(default_factory=Counter)

    def take(self, event: Any) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            into = self.misfits if isinstance(event, events.FatalError) else self.stumbles
            into[str(getattr(event, "info", event))[:300]] += 1
        if not isinstance(event, events.ScenarioFinished):
            return
        recorder = event.recorder
        for case_id, interaction in recorder.interactions.items():
            if interaction.response is None:
                continue
            label = recorder.cases[case_id].value.operation.label
            status = interaction.response.status_code
            self.statuses[label][status] += 1
            if status >= 500:
                self.broken.append(f"{label} {status}: {recorder.cases[case_id].value.as_curl_command()}")
        for case_id, checks in recorder.checks.items():
            label = recorder.cases[case_id].value.operation.label
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    self.misfits[f"{label}: {failure.title}: {failure.message[:200]}"] += 1


def _config(examples: bool) -> SchemathesisConfig:
    fits = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
    checks = ("not_a_server_error", *fits)
    return SchemathesisConfig.from_dict({
        "workers": 1,
        **({} if examples else {"max-time": SECONDS}),
        "generation": {"max-examples": 6, "deterministic": True, "no-shrink": True},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in checks}},
        "phases": {
            "examples": {"enabled": examples, "fill-missing": True, "extra-data-sources": {"responses": False}},
            "fuzzing": {"enabled": not examples},
            "coverage": {"enabled": not examples},
            "stateful": {"enabled": False},
        },
    })


def _schema(headers: dict[str, str], examples: bool) -> Any:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", _application, config=_config(examples), headers=headers)
    schema.config.headers = headers
    return schema


def _application(environ: Any, start: Any) -> list[bytes]:
    """Kith, with every answer read and closed: the caller does not close files, nor the connection of its thread."""
    answer = application(environ, start)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def _stock(acme: Stocked, name: str) -> None:
    """Records of their own with what hangs on them, an own file, imports, an export and a record in the bin, for what can only be read."""
    client = acme.api(name)
    for kind in registry.all():
        if "owner" in kind.fields:
            given = send(acme.api("admin"), "PATCH", acme.url(kind), {"owner": str(acme.company.people[name].pk)})
            assert given.status_code == 200, given.content
    for number in range(8):
        file = SimpleUploadedFile("a.csv", b"name\nLamp %d" % number)
        client.post("/api/v1/imports", {"kind": "account", "file": file})
    send(client, "POST", "/api/v1/exports", {"kind": "account"})
    for kind in registry.all():
        made = [send(client, "POST", f"/api/v1/{kind.plural}", acme.values(kind)) for _number in range(6)]
        if made[-1].status_code == 201:
            client.delete(made[-1]["Location"])
            client.post(f"{made[0]['Location']}/files", {"file": SimpleUploadedFile("a.txt", b"x")})
            send(client, "POST", f"{made[1]['Location']}/shares", {"user": str(acme.company.people["cleo"].pk)})
    told = {"name": "Shop", "address": "https://shop.example/hook", "events": ["records.record-created"]}
    for _number in range(8):  # who may not look after webhooks is refused
        hook = send(client, "POST", "/api/v1/webhooks", told)
        if hook.status_code == 201:
            send(client, "POST", f"{hook['Location']}/test")
    run_jobs(acme.company.id)


@pytest.mark.parametrize("name", ["admin", "ada", "vi"])
def test_nothing_breaks_and_most_operations_work(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    acme = stocked("Acme")  # of one's own: the others leave little standing
    _stock(acme, name)
    token = acme.company.token(name)
    headers = {"Authorization": f"Bearer {token}"}
    first, then = _schema(headers, examples=True), _schema(headers, examples=False)
    tally = Tally()
    # What changes kinds and fields changes the document that answers are held against: it comes last, and alone.
    for part in (first.exclude(tag="kinds"), then.exclude(tag="kinds"), first.include(tag="kinds"), then.include(tag="kinds")):
        part.config.headers = headers
        for event in from_schema(part).execute():
            tally.take(event)
    operations = [result.ok().label for result in first.get_all_operations()]
    worked = [label for label in operations if any(200 <= status < 300 for status in tally.statuses[label])]
    calls = sum(sum(counter.values()) for counter in tally.statuses.values())
    figures = [f"\n{name}: {calls} calls, {len(worked)} of {len(operations)} operations answered 2xx"]
    figures += [f"  never 2xx: {label} {dict(tally.statuses[label])}" for label in operations if label not in worked]
    figures += [f"  {times} × {text}" for text, times in (tally.misfits + tally.stumbles).most_common(20)]
    with capsys.disabled():
        sys.stdout.write("\n".join(figures) + "\n")
    assert tally.broken == []
    assert len(worked) >= ENOUGH * len(operations)
    assert tally.misfits == Counter()
