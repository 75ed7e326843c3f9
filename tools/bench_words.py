"""The rows of the big base, drawn from the words of the demonstration company."""

import datetime
import itertools
import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from config.demo import chinese, english
from crm.kernel.base.ids import uuid7
from crm.kernel.base.text import fold, sort_key
from crm.kernel.dedupe.indexing import side_of
from crm.kernel.dedupe.keys import keys
from crm.kernel.entity.registry import registry
from crm.kernel.search.words import quoted, scope_word, vector
from tools.bench_base import NOW, names

Write = Callable[[str, tuple[Any, ...]], None]

SUBJECTS = (
    *("Call about the order", "Visit on site", "Send the quotation", "Meeting with the buyer", "Reminder of payment", "Sample sent"),
    *("电话跟进报价", "上门拜访", "发送报价单", "与采购开会", "催收尾款", "样品已寄出", "合同洽谈", "展会后备注", "Contract talk"),
)
KINDS = ("call", "meeting", "visit", "email", "note", "task")


@lru_cache(maxsize=1000)
def _words_of(text: str, weight: str) -> str:
    return vector([(weight, text)])


def _scope(letter: str, pk: str) -> str:
    return quoted(scope_word(letter, UUID(pk)))


class Drawn:
    """Draws and writes records of one workspace."""

    def __init__(self, office: str, dice: random.Random, seed: int) -> None:
        self.office, self.dice, self.seed = office, dice, seed
        self.names = names(dice)
        self.workspace = _scope("w", office)
        self.kinds: dict[str, Any] = {kind: registry.kind(kind) for kind in ("account", "contact")}
        self.days = itertools.cycle(NOW - datetime.timedelta(minutes=37 * step) for step in range(14_000))

    def _record(
        self, write: Write, kind: str, title: tuple[str, str], whose: tuple[str, str], words: str, facts: dict[str, Any] | None = None
    ) -> tuple[Any, ...]:
        """`title` is (title, sort key), `whose` (owner, team), `facts` what duplicates are known by."""
        pk, at = uuid7(), next(self.days)
        (name, key), (owner, team) = title, whose
        scopes = " ".join((self.workspace, _scope("o", owner), _scope("t", team)))
        compared = keys(kind, side_of(self.kinds[kind], facts)) if facts else []
        write("record", (pk, self.office, kind, name, key, owner, team, at, f"{words} {scopes}", compared))
        return (pk, self.office, 1, owner, team, at, at)

    def account(self, write: Write, number: int, whose: tuple[str, str]) -> UUID:
        name = next(self.names)
        phone = f"+86{self.dice.choice(('21', '10', '755'))}{self.dice.randrange(10**7, 10**8)}"
        key, industry = sort_key(name), f"Industry {number % 40}"
        base = self._record(write, "account", (name, key), whose, vector([("A", name), ("B", phone)]), {"name": name, "phone": phone})
        facts = ("company", "customer", industry, industry.lower(), phone, phone, number % 5000)
        write("account", (*base, name, fold(name), key, *facts))
        pk: UUID = base[0]
        return pk

    def contact(self, write: Write, number: int, whose: tuple[str, str], account: UUID) -> None:
        if number % 2:
            name = self.dice.choice(chinese.SURNAMES) + self.dice.choice((*chinese.GIVEN_FEMALE, *chinese.GIVEN_MALE))
            key = sort_key(name)
        else:
            given, family = self.dice.choice((*english.GIVEN_FEMALE, *english.GIVEN_MALE)), self.dice.choice(english.SURNAMES)
            name, key = f"{given} {family.replace('_', ' ')}", sort_key(f"{family} {given}")
        mobile, mail = f"+861{self.dice.randrange(3 * 10**9, 10**10)}", f"p{number}.{self.seed}@mail{number % 9000}.example"
        facts = {"name": name, "mobile": mobile, "email": mail, "account_id": account}
        words = vector([("A", name), ("B", mobile), ("B", mail)])
        base = self._record(write, "contact", (name, sort_key(name)), whose, words, facts)
        write("contact", (*base, name, fold(name), key, account, mobile, mobile, mail, mail, "active"))

    def activity(self, write: Write, whose: tuple[str, str], account: UUID) -> None:
        subject = self.dice.choice(SUBJECTS)
        key = _sorted(subject)
        base = self._record(write, "activity", (subject, key), whose, _words_of(subject, "B"))
        done = base[5] if self.dice.random() < 0.8 else None
        write("activity", (*base, subject, _folded(subject), key, self.dice.choice(KINDS), account, account, done, base[5]))


_sorted, _folded = lru_cache(sort_key), lru_cache(fold)
