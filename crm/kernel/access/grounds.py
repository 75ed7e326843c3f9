"""One reason for which a rule gives rows, so that it can be asked by itself as well as with the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from crm.kernel.access.reach import NOTHING, Reach, either


@dataclass(frozen=True, slots=True)
class Ground:
    """`name` says what kind of reason it is, `gives` which rows it gives; `role` is the place of a role among the actor's grants,
    `level` what that role gives."""

    name: str
    gives: Reach | Q
    role: int | None = None
    level: str = ""

    @property
    def rows(self) -> Q:
        """The rows as a condition; an empty Q is every row."""
        return self.gives.q() if isinstance(self.gives, Reach) else self.gives


def gathered(grounds: Iterable[Ground]) -> Q:
    """The rows that any of them gives. What owner, team and shares decide becomes one condition, which stands first
    (decision 0010)."""
    reach, others = Reach(), NOTHING
    for one in grounds:
        if isinstance(one.gives, Reach):
            reach = reach.joined(one.gives)
        else:
            others = either(others, one.gives)
    return either(reach.q(), others)
