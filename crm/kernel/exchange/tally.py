"""Counts of an import, and its reasons put together."""

import re
from dataclasses import dataclass, field
from typing import Any

from crm.kernel.exchange.models import ImportRow, Outcome

_QUOTED = re.compile(r"“[^”]*”")
_MOST_REASONS = 100


@dataclass
class Tally:
    """How many rows became what. Reasons that differ only in quoted values count as one, the first is the example."""

    outcomes: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, list[Any]] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    linked: int = 0
    similar: int = 0
    similar_rows: list[list[Any]] = field(default_factory=list)

    def add(self, result: ImportRow, notes: list[str]) -> None:
        """Count one result."""
        if result.outcome == Outcome.LINKED:
            self.linked += 1
            return
        self.rows += 1
        self.outcomes[result.outcome] = self.outcomes.get(result.outcome, 0) + 1
        for note in set(notes):
            self.notes[note] = self.notes.get(note, 0) + 1
        if result.outcome == Outcome.CREATE:
            self._look_alike(result)
            return
        for reason in dict.fromkeys(result.reasons):
            key = _QUOTED.sub("“…”", reason)
            if key in self.reasons:
                self.reasons[key][0] += 1
            elif len(self.reasons) < _MOST_REASONS:
                self.reasons[key] = [1, result.number, reason]

    def _look_alike(self, result: ImportRow) -> None:
        """A new row's reasons say which record it looks like; the first rows are kept one by one."""
        if result.reasons:
            self.similar += 1
            if len(self.similar_rows) < _MOST_REASONS:
                self.similar_rows.append([result.number, result.reasons[0]])

    def counts(self) -> dict[str, Any]:
        """What a run shows: numbers by outcome and the reasons, the most frequent first."""
        grouped = sorted(self.reasons.items(), key=lambda entry: -entry[1][0])
        return {
            **{outcome: self.outcomes.get(outcome, 0) for outcome in ("create", "update", "same", "reject")},
            "rows": self.rows,
            "linked": self.linked,
            "similar": self.similar,
            "similar_rows": [{"row": number, "text": text} for number, text in self.similar_rows],
            "reasons": [
                {
                    "reason": example if count == 1 else key,
                    "rows": count,
                    "row": number,
                    "example": example,
                }
                for key, (count, number, example) in grouped
            ],
        }

    def to_json(self) -> dict[str, Any]:
        """For a bookmark."""
        kept = {"o": self.outcomes, "r": self.reasons, "n": self.notes, "c": self.rows, "l": self.linked}
        return kept | {"s": self.similar, "sr": self.similar_rows}

    @classmethod
    def from_json(cls, stored: dict[str, Any] | None) -> "Tally":
        """Out of a bookmark."""
        if not stored:
            return cls()
        plain = (dict(stored["o"]), dict(stored["r"]), dict(stored["n"]), stored["c"], stored["l"])
        return cls(*plain, similar=stored.get("s", 0), similar_rows=list(stored.get("sr", ())))
