"""Schemathesis reads the live OpenAPI document and tries to break what it describes, as three people in turn.

No answer may be a 5xx, all answers must fit the document, and at least 70 % of the operations that a person is told of
must be answered 2xx once. The figures are printed; `KITH_SCHEMATHESIS_SECONDS` bounds the time of each person.
"""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from config.wsgi import application
from tests.api.stock import Stocked

SECONDS = int(os.environ.get("KITH_SCHEMATHESIS_SECONDS", "55"))
ENOUGH = 0.70


@dataclass
class Tally:
    """What came back, by operation."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    broken: list[str] = field(default_factory=list)
    misfits: Counter[str] = field(default_factory=Counter)

    def take(self, event: Any) -> None:
        if isinstance(event, events.NonFatalError | events.FatalError):
            self.misfits[str(getattr(event, "info", event))[:300]] += 1
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


def _config() -> SchemathesisConfig:
    checks = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
    return SchemathesisConfig.from_dict({
        "workers": 1,
        "max-time": SECONDS,
        "generation": {"max-examples": 6, "deterministic": True, "no-shrink": True},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in checks}},
        "phases": {
            "examples": {"enabled": True, "fill-missing": True},
            "fuzzing": {"enabled": True},
            "coverage": {"enabled": True},
            "stateful": {"enabled": False},
        },
    })


@pytest.mark.parametrize("name", ["admin", "ada", "vi"])
def test_nothing_breaks_and_most_operations_work(
    acme: Stocked, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token = acme.company.token(name)
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, config=_config(), headers=headers)
    schema.config.headers = headers
    tally = Tally()
    for event in from_schema(schema).execute():
        tally.take(event)
    operations = [result.ok().label for result in schema.get_all_operations()]
    worked = [label for label in operations if any(200 <= status < 300 for status in tally.statuses[label])]
    calls = sum(sum(counter.values()) for counter in tally.statuses.values())
    with capsys.disabled():
        print(f"\n{name}: {calls} calls, {len(worked)} of {len(operations)} operations answered 2xx")
        for label in operations:
            if label not in worked:
                print(f"  never 2xx: {label} {dict(tally.statuses[label])}")
        for text, times in tally.misfits.most_common(20):
            print(f"  {times} × {text}")
    assert tally.broken == []
    assert len(worked) >= ENOUGH * len(operations)
    assert tally.misfits == Counter()
