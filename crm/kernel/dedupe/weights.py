"""Fellegi–Sunter weights: how often a grade is seen among pairs of one and the same (m), how often among others (u).

`others` are pairs that share a key, not any two records: that is the crowd a candidate comes from. A weight is log2(m / u).
"""

from math import log2

#: grade → (m, u)
TABLE: dict[str, tuple[float, float]] = {
    # names of companies
    "company.same": (0.35, 0.00002), "company.script": (0.05, 0.00001), "company.form": (0.2, 0.00004), "company.known": (0.02, 0.00002),
    "company.place": (0.12, 0.0001),
    "company.own": (0.3, 0.0006), "company.order": (0.02, 0.00002), "company.generic": (0.03, 0.0002), "company.slip": (0.08, 0.0004),
    "company.short": (0.3, 0.0007), "company.within": (0.08, 0.0008), "company.initials": (0.03, 0.00025), "company.sound": (0.03, 0.0006),
    "company.ticker": (0.01, 0.0002), "company.alike": (0.03, 0.01), "company.branch": (0.004, 0.01), "company.different": (0.01, 0.97),
    # names of people
    "person.same": (0.45, 0.004), "person.brief": (0.05, 0.0012), "person.script": (0.04, 0.0005), "person.order": (0.06, 0.0006),
    "person.sound": (0.03, 0.002), "person.nickname": (0.03, 0.001), "person.initial": (0.03, 0.002), "person.slip": (0.25, 0.003),
    "person.slips": (0.05, 0.002), "person.near": (0.06, 0.012), "person.part": (0.06, 0.008), "person.family": (0.04, 0.16),
    "person.given": (0.04, 0.16), "person.single": (0.01, 0.3), "person.weak": (0.07, 0.15), "person.different": (0.008, 0.6),
    # how to reach them
    "phone.same": (0.6, 0.001), "phone.slip": (0.05, 0.0005), "phone.different": (0.3, 0.99),
    "email.same": (0.6, 0.0001), "email.tag": (0.03, 0.0001), "email.slip": (0.03, 0.0002), "email.domain": (0.15, 0.01),
    "email.different": (0.2, 0.9),
    "web.different": (0.15, 0.95),
    "tax.same": (0.9, 0.000002), "tax.different": (0.02, 0.98),
    # addresses
    "address.street_same": (0.5, 0.01), "address.street_slip": (0.25, 0.004), "address.street_part": (0.12, 0.02),
    "address.street_other": (0.12, 0.8),
    "address.number_same": (0.75, 0.08), "address.number_other": (0.2, 0.8), "address.district_same": (0.7, 0.05),
    "address.district_other": (0.25, 0.95),
    "address.town_both": (0.7, 0.005), "address.town_slip": (0.08, 0.001), "address.town_one": (0.18, 0.02), "address.town_near": (0.03,
    0.05),
    "address.town_other": (0.01, 0.9),
    # what a workspace says tells who somebody is
    "own.same": (0.8, 0.00002), "own.different": (0.1, 0.97),
    "link.same": (0.8, 0.1), "link.different": (0.2, 0.9),
}  # fmt: skip

#: log2 of the odds that two records which share a key are the same, before any field is looked at.
PRIOR = -6.0
#: Grades whose weight falls with their fit: so many bits lie between a fit of 1 and one of 0.
SPREAD = {"company.known": 3.0, "company.slip": 4.0, "company.short": 14.0, "company.own": 10.0, "company.within": 4.0,
"company.alike": 12.0, "company.sound": 4.0}
#: What colleagues and families have in common: beside one of the grades `APART` it counts so many bits at most.
SHARED, SHARED_MOST = ("address.", "link.", "email.domain", "web."), 6.0
APART = frozenset({"person.different"})
WEIGHT = {grade: log2(m / u) for grade, (m, u) in TABLE.items()}


def weight(grade: str, fit: float) -> float:
    """In bits; positive speaks for the same."""
    return WEIGHT[grade] - (1.0 - fit) * SPREAD.get(grade, 0.0)


def probability(bits: float) -> float:
    """From the sum of all weights, the prior included."""
    return float(1.0 / (1.0 + 2.0 ** -max(-40.0, min(40.0, bits))))
