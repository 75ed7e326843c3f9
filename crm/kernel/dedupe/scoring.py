"""From evidence to a probability."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.kernel.dedupe.rules import Rule
from crm.kernel.dedupe.sides import Evidence, Side, compare
from crm.kernel.dedupe.weights import APART, PRIOR, SHARED, SHARED_MOST, probability, weight


@dataclass(frozen=True, slots=True)
class Score:
    """`probability` that both are the same, and the evidence, the weightiest first."""

    probability: float
    evidence: tuple[Evidence, ...]


def score(rules: Sequence[Rule], one: Side, other: Side) -> Score:
    """The same whichever side is first."""
    found = compare(rules, one, other, weight)
    weighed = sorted(((weight(said.grade, said.fit), said) for said in found), key=lambda pair: -pair[0])
    bits = PRIOR + _sum(weighed)
    return Score(probability(bits), tuple(said for _bit, said in weighed))


def _sum(weighed: list[tuple[float, Evidence]]) -> float:
    """Two people of different names stay two, however much their house or company has in common."""
    if APART.isdisjoint([said.grade for _bit, said in weighed]):
        return sum([bit for bit, _said in weighed])
    shared = sum(bit for bit, said in weighed if said.grade.startswith(SHARED))
    return sum(bit for bit, said in weighed if not said.grade.startswith(SHARED)) + min(shared, SHARED_MOST)
