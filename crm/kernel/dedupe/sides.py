"""One side of a comparison: the compared values of a record, taken apart once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from crm.kernel.base.text import fold
from crm.kernel.dedupe import companies, grades, people, places
from crm.kernel.dedupe.rules import Rule

#: Mail services where everybody can have an address: the domain says nothing.
PUBLIC = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com aol.com gmx.de
    gmx.net web.de
    t-online.de proton.me protonmail.com qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn
    aliyun.com
    tom.com 21cn.com wo.cn hotmail.co.uk yahoo.co.uk yahoo.co.jp yahoo.com.cn mail.ru yandex.ru naver.com daum.net orange.fr wanadoo.fr
    free.fr libero.it
    """.split()
)


@dataclass(slots=True)
class Side:
    """{rule's kind: [(field, what was read of it)]}, and the domains of e-mail and web addresses."""

    parts: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    domains: list[tuple[str, str]] = field(default_factory=list)

    def first(self, how: str) -> Any:
        found = self.parts.get(how)
        return found[0][1] if found else None


_READERS: dict[str, Callable[[Any], Any]] = {
    "company": lambda value: companies.company(str(value)[:400]),
    "person": lambda value: people.person(str(value)[:200]),
    "address": places.place,
    "link": str,
    "tax": lambda value: fold(str(value)).replace(" ", "").upper(),
}


def _text(value: Any) -> str:
    return fold(str(value))


def side(rules: Sequence[Rule], values: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> Side:
    """`values`: {field: stored value}; an address as (region, city, district, postcode, street). Hidden fields stay out."""
    made = Side()
    for rule in rules:
        how = rule.how
        for name in rule.fields:
            value = values.get(name)
            if not value or name in hidden or how == "address" and not any(value):
                continue
            reader: Callable[[Any], Any] = _READERS.get(how, _text)
            read = (name, _text(value).replace(" ", "")) if how == "own" else reader(value)
            if read:
                made.parts.setdefault(how, []).append((name, read))
            if how in ("email", "web") and (found := domain(str(value))):
                made.domains.append((name, found))
    return made


@lru_cache(maxsize=20_000)
def domain(text: str) -> str:
    """The domain of an e-mail or web address, without www; "" for public mail services."""
    folded = fold(text).partition("://")[2] or fold(text)
    found = folded.rpartition("@")[2].partition("/")[0].partition(":")[0].partition("?")[0].removeprefix("www.")
    return "" if found in PUBLIC or "." not in found else found


class Evidence(NamedTuple):
    """What one comparison found: grade by its full name, the fields on both sides, and how well it fits."""

    grade: str
    mine: str
    theirs: str
    fit: float = 1.0


_Grader = Callable[[Any, Any], grades.Grade]
_GRADERS: dict[str, _Grader] = {
    "company": grades.company,
    "person": grades.person,
    "phone": grades.phone,
    "email": grades.email,
    "tax": grades.exact,
    "link": grades.exact,
    "own": grades.own,
}


def compare(rules: Sequence[Rule], one: Side, other: Side, weigh: Any) -> list[Evidence]:
    """Evidence for and against, at most one for each rule (an address: street, number and town). `weigh(grade, fit)` chooses
    the best pair where several fields are compared. What only one side has is no evidence."""
    found: list[Evidence] = []
    met = False
    looked: list[str] = []
    for rule in rules:
        how = rule.how
        mine, yours = one.parts.get(how), other.parts.get(how)
        if not mine or not yours or how in looked:
            continue
        looked.append(how)
        if how == "address":
            found += _address(mine, yours, weigh)
        elif how in _GRADERS:
            best = _best(how, _GRADERS[how], mine, yours, weigh)
            if best is not None:
                met = met or best.grade in ("email.same", "email.tag", "email.slip")
                found.append(best)
    return _domains(found, one, other) if not met else found


def _best(how: str, grader: _Grader, mine: list[tuple[str, Any]], yours: list[tuple[str, Any]], weigh: Any) -> Evidence | None:
    best: Evidence | None = None
    for name, value in mine:
        for other, there in yours:
            said, fit = grader(value, there)
            if said and (best is None or weigh(f"{how}.{said}", fit) > weigh(best.grade, best.fit)):
                best = Evidence(f"{how}.{said}", name, other, fit)
    return best


def _address(mine: list[tuple[str, Any]], yours: list[tuple[str, Any]], weigh: Any) -> list[Evidence]:
    tried = [
        [Evidence(f"address.{said}", name, other, fit) for said, fit in grades.place(value, there)]
        for name, value in mine
        for other, there in yours
    ]
    return max(tried, key=lambda several: sum(weigh(one.grade, one.fit) for one in several), default=[])


def _domains(found: list[Evidence], one: Side, other: Side) -> list[Evidence]:
    """The same domain outweighs two different mail boxes in it."""
    if not one.domains or not other.domains:
        return found
    shared = None
    if not {domain_ for _name, domain_ in one.domains}.isdisjoint([domain_ for _name, domain_ in other.domains]):
        shared = next(((mine, yours) for mine, domain_ in one.domains for yours, there in other.domains if domain_ == there), None)
    rest = [one for one in found if not one.grade.startswith("email.")]
    if shared:
        return [*rest, Evidence("email.domain", *shared)]
    return found if len(rest) < len(found) else [*found, Evidence("web.different", one.domains[0][0], other.domains[0][0])]
