"""Rules across fields: they speak when one of their fields is written, and say what is right."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from crm.kernel.entity.forms.dates import show_date
from crm.kernel.entity.forms.reading import Reading, use_reading
from crm.kernel.entity.registry import registry
from crm.kernel.quality.rules import (
    Rule,
    after,
    at_most_one,
    between,
    check,
    needed_when,
    not_before,
    one_of,
    required_together,
    unique_value,
)

LABELS = {
    "opened": "Opened",
    "closes": "Expected close",
    "email": "E-mail",
    "phone": "Phone",
    "outcome": "Outcome",
    "reason": "Reason",
    "account": "Account",
    "share": "Share",
}


def _kind(*rules: Rule) -> Any:
    """Stands for an entity: rules and fields with a label and a way to show a value."""

    def display(value: Any, reading: Reading) -> str:
        return show_date(value, reading) if isinstance(value, date) else str(value)

    fields = {name: SimpleNamespace(label=label, display=display) for name, label in LABELS.items()}
    return SimpleNamespace(rules=rules, fields=fields)


def _said(kind: Any, values: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, list[str]]:
    return {name: [str(one) for one in said] for name, said in check(kind, values, old or {}).items()}


NOV, DEC = date(2026, 11, 22), date(2026, 12, 1)


def test_one_date_is_not_before_another() -> None:
    kind = _kind(not_before("closes", "opened"))
    assert _said(kind, {"opened": NOV, "closes": DEC}) == {}
    assert _said(kind, {"opened": NOV, "closes": NOV}) == {}
    assert _said(kind, {"opened": NOV, "closes": None}) == {}
    wrong = {"closes": ["Choose 1 Dec 2026 or later: “Opened” comes first."]}
    assert _said(kind, {"opened": DEC, "closes": NOV}) == wrong
    assert _said(kind, {"closes": NOV}, {"opened": DEC, "closes": None}) == wrong
    with use_reading(Reading(language="zh-hans")):
        assert "2026年12月1日" in _said(kind, {"opened": DEC, "closes": NOV})["closes"][0]


def test_after_means_not_at_the_same_time() -> None:
    kind = _kind(after("closes", "opened"))
    assert _said(kind, {"opened": NOV, "closes": DEC}) == {}
    assert _said(kind, {"opened": NOV, "closes": NOV}) == {
        "closes": ["Choose a value after 22 Nov 2026, which is “Opened”."]
    }


def test_fields_that_go_together() -> None:
    kind = _kind(required_together("email", "phone"))
    assert _said(kind, {"email": "", "phone": None}) == {}
    assert _said(kind, {"email": "a@b.cn"}) == {
        "phone": ["Phone is needed together with “E-mail”; fill in both or neither."]
    }


def test_one_of_several() -> None:
    kind = _kind(one_of("email", "phone"), at_most_one("account", "outcome"))
    assert _said(kind, {"phone": "1", "account_id": 7}) == {}
    assert _said(kind, {"account_id": 7, "outcome": "won"}) == {
        "email": ["Fill in one of these: E-mail / Phone."],
        "outcome": ["Keep only one of these: Account / Outcome."],
    }


def test_a_field_needed_in_one_case() -> None:
    kind = _kind(needed_when("reason", "outcome", "lost"))
    assert _said(kind, {"outcome": "won"}) == {}
    assert _said(kind, {"outcome": "lost", "reason": "price"}) == {}
    assert _said(kind, {"outcome": "lost"}) == {"reason": ["Reason is needed while “Outcome” is lost."]}
    assert _said(_kind(needed_when("reason", "outcome")), {"outcome": "won"})


def test_bounds() -> None:
    kind = _kind(between("share", 0, 100))
    assert _said(kind, {"share": 100}) == {}
    assert _said(kind, {"share": 101}) == {"share": ["It goes from 0 to 100; this is 101."]}


def test_an_old_record_can_be_edited_elsewhere() -> None:
    kind = _kind(not_before("closes", "opened"), one_of("email", "phone"))
    broken = {"opened": DEC, "closes": NOV, "email": "", "phone": ""}
    assert _said(kind, {"reason": "price"}, broken) == {}
    assert set(_said(kind, {"closes": date(2026, 11, 30)}, broken)) == {"closes"}


def test_a_value_that_is_taken_is_named() -> None:
    assert str(unique_value("Code", "A-1")) == "“A-1” is taken: another record has this Code already."


def test_every_rule_names_fields_that_are_there() -> None:
    for entity in registry.all():
        for rule in entity.rules:
            for name in rule.names:
                assert name in entity.fields, f"{entity.kind}: {name}"


@pytest.mark.parametrize("rule", [one_of("email", "phone"), not_before("closes", "opened")])
def test_rules_are_values(rule: Rule) -> None:
    assert len({rule, rule}) == 1
