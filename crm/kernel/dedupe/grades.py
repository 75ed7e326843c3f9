"""How two values of one kind stand to each other: a grade by name, and how well it fits (0 to 1) where that varies.

All comparisons are symmetric. The weight of a grade stands in `weights`, its sentence in `reasons`.
"""

from functools import lru_cache

from rapidfuzz.distance import OSA, Jaro
from rapidfuzz.distance.Indel import normalized_similarity as ratio
from rapidfuzz.fuzz import token_set_ratio

from crm.kernel.dedupe.companies import OWN, PLACE, Company
from crm.kernel.dedupe.people import Person, nicknames
from crm.kernel.dedupe.places import Place
from crm.kernel.dedupe.vocabulary import GENERIC, SIGN

Grade = tuple[str, float]
_NOTHING: Grade = ("", 1.0)
#: Letters of a short name that stand side by side in the long one count so much more.
_BESIDE, _FIRST = 0.3, 0.5


def company(one: Company, other: Company) -> Grade:
    if not one.plain or not other.plain:
        return _NOTHING
    if one.plain == other.plain:
        return ("script" if one.written != other.written else "same", 1.0)
    if one.core == other.core and len(one.own) > 1:
        if one.region == other.region or not (one.han and other.han):
            return ("form", 1.0)
        return ("place", 1.0) if not (one.region and other.region) else ("branch", 1.0)
    if one.known and one.known == other.known:
        return ("known", 1.0)
    if one.han and other.han:
        return _eastern(one, other)
    if one.han or other.han:
        return _across(one, other)
    return _western(one, other)


def _eastern(one: Company, other: Company) -> Grade:
    apart = one.region and other.region and one.region != other.region
    fit = max(short_fit(one, other), short_fit(other, one))
    if one.own == other.own and len(one.own) >= 2 and not apart:
        return ("own", max(ratio(one.core, other.core), fit))
    if fit >= 0.8:
        return ("short", fit)
    longest, shortest = max(len(one.core), len(other.core)), min(len(one.core), len(other.core))
    if shortest >= 4 and min(len(one.own), len(other.own)) >= 3 and not apart and OSA.distance(one.core, other.core) == 1:
        return ("slip", min(1.0, shortest / 8))
    if one.region == other.region and len(one.own) == len(other.own) == 2 and shortest >= 4 and _misheard(one, other):
        return ("slip", 0.6)
    if fit >= 0.5:
        return ("short", fit)
    if one.sound == other.sound and len(one.own) == len(other.own) >= 2 and not apart:
        return ("sound", ratio(one.core, other.core))
    if longest - shortest <= 2 and ratio(one.core, other.core) >= 0.75:
        return ("alike", ratio(one.core, other.core))
    return ("different", 1.0)


def _misheard(one: Company, other: Company) -> bool:
    """One character of a short own name is another that sounds nearly the same, and all else is equal."""
    return OSA.distance(one.core, other.core) == 1 and OSA.distance(one.sound, other.sound) <= 1


def short_fit(short: Company, full: Company) -> float:
    """How well all of a short name is found in its order in a longer one: own letters count most, side by side more."""
    given = short.letters
    if not 2 <= len(given) <= 10 or len(given) > len(full.letters):
        return 0.0
    there_are = {letter for letter, _weight in full.letters} | {SIGN.get(full.region, "")}
    if sum(weight for letter, weight in given if letter in there_are) < 0.4 * sum(weight for _letter, weight in given):
        return 0.0
    place = SIGN.get(full.region, "")
    stored = ([(place, PLACE)] if place else []) + list(full.letters)
    first = next((at for at, (_letter, weight) in enumerate(stored) if weight == OWN), 0)
    # best[j]: the best sum with the last letter taken at j.
    best: list[float] = []
    reached = [0.0] * (len(stored) + 1)
    total = 0.0
    for number, (letter, weight) in enumerate(given):
        total += weight * (1 + (_BESIDE if number else _FIRST))
        row = [0.0] * len(stored)
        for at, (there, heavy) in enumerate(stored):
            if letter != there:
                continue
            worth = (weight + min(weight, heavy)) / 2
            bonus = _FIRST if number == 0 and at in (0, first) else _BESIDE if number and at and best and best[at - 1] > 0 else 0.0
            row[at] = reached[at] + worth * (1 + bonus)
        kept, most = [0.0], 0.0
        for at in range(len(stored)):
            most = max(most, row[at], reached[at + 1])
            kept.append(most)
        best, reached = row, kept
    own = sum(weight for _letter, weight in stored if weight == OWN)
    matched = reached[-1] / total if total else 0.0
    covered = min(1.0, sum(weight for _letter, weight in given) / own) if own else 1.0
    return min(1.0, matched * (0.85 + 0.15 * covered))


def _across(one: Company, other: Company) -> Grade:
    han, latin = (one, other) if one.han else (other, one)
    if one.hint and one.hint == other.hint:
        return ("known", 0.0)
    if han.sound and han.sound in (latin.own, latin.core, latin.tokens[0] if latin.tokens else ""):
        return ("sound", 1.0)
    if len(han.initials) >= 3 and han.initials == latin.core:
        return ("initials", 1.0)
    return ("different", 1.0)


def _western(one: Company, other: Company) -> Grade:
    if sorted(one.tokens) == sorted(other.tokens):
        return ("order", 1.0)
    steps = OSA.distance(one.core, other.core, score_cutoff=2)
    shortest = min(len(one.core), len(other.core))
    if steps == 1 and shortest >= 5 or steps == 2 and shortest >= 10:
        return ("slip", 1.0)
    for first, second in ((one, other), (other, one)):
        if 2 <= len(first.core) <= 6 and first.core in second.acronym.split(" "):
            return ("initials", 1.0)
    mine, yours = _heavy(one), _heavy(other)
    if mine == yours:
        return ("generic", 1.0)
    fewer, more = (mine, yours) if len(mine) <= len(yours) else (yours, mine)
    if fewer and fewer < more and _leads(fewer, one.tokens, other.tokens):
        return ("within", min(1.0, sum(map(len, fewer)) / 6))
    alike = max(ratio(one.core, other.core), ratio(" ".join(sorted(one.tokens)), " ".join(sorted(other.tokens))))
    if alike >= 0.85:
        return ("alike", alike)
    return ("ticker", 1.0) if _ticker(one, other) else ("different", 1.0)


def _heavy(one: Company) -> frozenset[str]:
    return frozenset(token for token in one.tokens if token not in GENERIC) or frozenset(one.tokens)


def _leads(fewer: frozenset[str], *tokens: tuple[str, ...]) -> bool:
    """Whether both names begin with the words of the shorter one."""
    return all(one and one[0] in fewer for one in tokens)


def _ticker(one: Company, other: Company) -> bool:
    short, full = sorted((one, other), key=lambda company: len(company.core))
    if len(short.tokens) != 1 or not 3 <= len(short.core) <= 4 or len(full.core) < 5 or short.core[0] != full.core[0]:
        return False
    rest = iter(full.core)
    return all(letter in rest for letter in short.core) and not set(short.core[1:]) <= set("aeiou")


def person(one: Person, other: Person) -> Grade:
    if not one.parts or not other.parts:
        return _NOTHING
    if one.whole == other.whole:
        return ("same" if not one.han or len(one.whole) > 2 else "brief", 1.0)
    if one.han and other.han:
        return _han_person(one, other)
    if one.sorted == other.sorted or one.sound == other.sound or f"{one.given}{one.family}" == f"{other.family}{other.given}":
        if not (one.han or other.han):
            return ("order", 1.0)
        return ("sound" if len(one.whole if one.han else other.whole) < 3 else "script", 1.0)
    if len(one.parts) == 1 or len(other.parts) == 1:
        return _one_part(one, other)
    straight = _pair(one.family, other.family), _pair(one.given, other.given)
    turned = _pair(one.family, other.given), _pair(one.given, other.family)
    family, given = max(straight, turned, key=sum)
    if family == 4 and nicknames(one.given, other.given):
        return ("nickname", 1.0)
    for mine, yours in ((one, other), (other, one)):
        if family == 4 and len(mine.given) == 1 and yours.given.startswith(mine.given):
            return ("initial", 1.0)
    found = _graded(family, given)
    if found[0] in ("different", "weak", "family", "given"):
        # A part cut in two or written with a hyphen: Black Well, Alexa-Rose.
        alike = max(
            ratio(one.sound, other.sound),
            ratio("".join(sorted(one.parts)), "".join(sorted(other.parts))),
            ratio(one.sound, f"{other.family}{other.given}"),
        )
        if alike >= 0.84:
            return ("near", 1.0)
    return found


def _pair(one: str, other: str) -> int:
    """4: the same; 3: one letter off; 2: alike; 1: a little alike; 0: different."""
    if one == other:
        return 4
    longest = max(len(one), len(other))
    steps = OSA.distance(one, other, score_cutoff=3)
    if steps == 1 and longest >= 3:
        return 3
    if steps == 2 and longest >= 5 or Jaro.similarity(one, other) >= 0.86:
        return 2
    return 1 if steps == 3 and longest >= 7 or Jaro.similarity(one, other) >= 0.78 else 0


def _graded(family: int, given: int) -> Grade:
    low, high = sorted((family, given))
    if low == 4:
        return ("order", 1.0)
    if low >= 2:
        return ("slip", 1.0) if high == 4 else ("slips", 1.0)
    if high == 4:
        return ("family" if family == 4 else "given", 1.0) if low == 0 else ("near", 1.0)
    return ("weak", 1.0) if high >= 2 else ("different", 1.0)


def _one_part(one: Person, other: Person) -> Grade:
    few, many = (one, other) if len(one.parts) <= len(other.parts) else (other, one)
    near = max(_pair(few.parts[0], part) for part in many.parts)
    if near == 0 and len(many.parts) == 1:
        return ("single", 1.0)  # perhaps the given name here, the family name there
    if near < 4 and ratio(few.parts[0], many.sound) >= 0.84:
        return ("near", 1.0)
    return ("part", 1.0) if near == 4 else ("weak", 1.0) if near >= 2 else ("different", 1.0)


def _han_person(one: Person, other: Person) -> Grade:
    if one.sound == other.sound:
        return ("sound", 1.0)
    if len(one.whole) == len(other.whole) >= 3 and OSA.distance(one.whole, other.whole) == 1:
        return ("near", 1.0)
    return ("family", 1.0) if one.family == other.family else ("different", 1.0)


def phone(one: str, other: str) -> Grade:
    mine, yours = digits_of(one), digits_of(other)
    if mine[-8:] == yours[-8:] and len(mine) >= 6:
        return ("same", 1.0)
    if len(mine) == len(yours) and len(mine) >= 7 and OSA.distance(mine, yours) == 1:
        return ("slip", 1.0)
    return ("different", 1.0)


@lru_cache(maxsize=20_000)
def digits_of(number: str) -> str:
    """The digits of a phone without its extension."""
    return "".join(filter(str.isdigit, number.partition(";")[0]))


def email(one: str, other: str) -> Grade:
    if one == other:
        return ("same", 1.0)
    (mine, _at, here), (yours, _at2, there) = one.rpartition("@"), other.rpartition("@")
    if mine.partition("+")[0].replace(".", "") == yours.partition("+")[0].replace(".", "") and here == there:
        return ("tag", 1.0)
    if OSA.distance(one, other) == 1 and len(mine) >= 4:
        return ("slip", 1.0)
    return ("different", 1.0)


def exact(one: str, other: str) -> Grade:
    return ("same" if one == other else "different", 1.0)


def own(one: tuple[str, str], other: tuple[str, str]) -> Grade:
    """Two (field, value): what stands in two fields is never compared."""
    return exact(one[1], other[1]) if one[0] == other[0] else ("", 1.0)


def place(one: Place, other: Place) -> list[Grade]:
    """Grades of street, house number, district and town, as far as both have them."""
    found: list[Grade] = []
    turned = max(_alike(one.street, other.district), _alike(one.district, other.street))
    straight = _alike(one.street, other.street)
    if one.street and other.street or turned >= _CLOSE:
        within = token_set_ratio(one.street, other.street) / 100 if one.street and other.street else 0.0
        best = max(straight, turned)
        same = "street_same" if straight == 1.0 else "street_slip" if best >= _CLOSE else ""
        found.append((same or ("street_part" if within >= 0.8 or best >= 0.66 else "street_other"), 1.0))
    if one.numbers and other.numbers:
        found.append(("number_same" if set(one.numbers) & set(other.numbers) else "number_other", 1.0))
    if one.district and other.district and turned < _CLOSE:
        found.append(("district_same" if _alike(one.district, other.district) >= _CLOSE else "district_other", 1.0))
    return found + _town(one, other)


_CLOSE = 0.8


def _alike(one: str, other: str) -> float:
    """0 to 1; blanks do not matter."""
    return ratio(one.replace(" ", ""), other.replace(" ", "")) if one and other else 0.0


def _town(one: Place, other: Place) -> list[Grade]:
    codes = _pair(one.postcode, other.postcode) if one.postcode and other.postcode else -1
    towns = max(_pair(one.city, other.city), 4 if _alike(one.city, other.city) == 1.0 else 0) if one.city and other.city else -1
    if codes < 0 and towns < 0:
        return []
    if codes == 4 and towns >= 2:
        return [("town_both", 1.0)]
    if codes == 3 and towns >= 2:
        return [("town_slip", 1.0)]
    if codes == 4 or towns == 4:
        return [("town_one", 1.0)]
    return [("town_near", 1.0)] if codes == 3 or towns >= 2 else [("town_other", 1.0)]
