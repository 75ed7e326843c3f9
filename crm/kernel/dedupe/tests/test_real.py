"""Real pairs, found in memory as the database finds them: the same keys, the same limits, the same scoring.

Each set is split by a hash of its keys. The one half was looked at while weights and words were chosen; the figures that count,
printed and demanded here, are those of the other half, which was not.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from crm.kernel.dedupe.keys import keys
from crm.kernel.dedupe.queries import COMMON, SCORED, SHOWN
from crm.kernel.dedupe.rules import ASK, Rule, address, company, person
from crm.kernel.dedupe.scoring import score
from crm.kernel.dedupe.sides import Side, side

DATA = Path(__file__).parents[5] / "shared/data"
pytestmark = pytest.mark.real


def held_out(key: str) -> bool:
    return sha256(key.encode()).digest()[0] % 2 == 1


class Base:
    """Stored records with their keys, and the look-up of `queries.sharing` over them."""

    def __init__(self, rules: Sequence[Rule], stored: Mapping[str, Mapping[str, Any]]) -> None:
        self.rules = rules
        self.sides = {name: side(rules, values) for name, values in stored.items()}
        self.by_key: dict[int, list[str]] = defaultdict(list)
        for name, one in self.sides.items():
            for key in keys("k", one):
                self.by_key[key].append(name)

    def ranked(self, asked: Side, without: str = "") -> list[tuple[float, str]]:
        weights: dict[str, float] = defaultdict(float)
        for key in keys("k", asked):
            sharing = self.by_key.get(key, ())
            for name in sharing if len(sharing) <= COMMON else ():
                weights[name] += 1 / (2 + len(sharing))
        weights.pop(without, None)
        likely = sorted(weights, key=lambda name: (-weights[name], name))[:SCORED]
        return sorted(
            ((score(self.rules, asked, self.sides[name]).probability, name) for name in likely), key=lambda one: (-one[0], one[1])
        )


def lines(place: str) -> Iterable[dict[str, Any]]:
    path = DATA / place
    if not path.exists():
        pytest.skip(f"{path} is not here")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.strip(): (value or "").strip() for name, value in row.items()} for row in csv.DictReader(file)]


def test_short_names_of_listed_companies_find_the_registered_ones() -> None:
    rows = list(lines("cn_listed_companies_give/company.jsonl"))
    base = Base([company("name")], {row["code"]: {"name": row["fullname"]} for row in rows})
    first = among = asked = 0
    for row in rows:
        if held_out(row["code"]):
            found = [name for _probability, name in base.ranked(side(base.rules, {"name": row["name"]}))][:SHOWN]
            asked += 1
            first += found[:1] == [row["code"]]
            among += row["code"] in found
    sys.stdout.write(f"\ncn_listed_companies_give, held out: {asked} asked, hit@1 {first / asked:.4f}, hit@5 {among / asked:.4f}\n")
    assert first / asked >= 0.95


def test_aliases_of_companies() -> None:
    rules = [company("name")]
    found = wrong = missed = 0
    for row in lines("company_alias_pairs/test_data.csv"):
        if not held_out(f"{row['Name_x']}|{row['Name_y']}"):
            continue
        one, other = side(rules, {"name": row["Name_x"]}), side(rules, {"name": row["Name_y"]})
        said = bool(set(keys("k", one)) & set(keys("k", other))) and score(rules, one, other).probability >= ASK
        found += said and row["Targets"] == "1"
        wrong += said and row["Targets"] == "0"
        missed += not said and row["Targets"] == "1"
    sys.stdout.write(f"\ncompany_alias_pairs, held out: recall {found / (found + missed):.4f}, precision {found / (found + wrong):.4f}\n")
    assert found / (found + missed) >= 0.95 and found / (found + wrong) >= 0.95


def test_people_by_name_and_address_only() -> None:
    stored, people = {}, defaultdict(set)
    for row in lines("febrl_3/dataset3.csv"):
        street = f"{row['street_number']} {row['address_1']}".strip()
        place = (row["state"], row["suburb"], row["address_2"], row["postcode"], street)
        stored[row["rec_id"]] = {"name": f"{row['given_name']} {row['surname']}".strip(), "address": place}
        people[row["rec_id"].split("-")[1]].add(row["rec_id"])
    base = Base([person("name"), address("address")], stored)
    true = shown = right = 0
    for name, one in base.sides.items():
        mates = people[name.split("-")[1]] - {name}
        if held_out(name.split("-")[1]):
            asked = [other for probability, other in base.ranked(one, name)[:SHOWN] if probability >= ASK]
            true, shown, right = true + len(mates), shown + len(asked), right + len(mates & set(asked))
    sys.stdout.write(f"\nfebrl_3, names and address, held out: {true} pairs, recall@5 {right / true:.4f}, precision {right / shown:.4f}\n")
    assert right / true >= 0.95 and right / shown >= 0.95
