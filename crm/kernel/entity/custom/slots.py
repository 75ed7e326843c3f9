"""Which spare columns a field of the interface takes."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.storage import SLOTS
from crm.kernel.tenancy.fields import TenantKey

_LETTERS: tuple[tuple[type[models.Field], str], ...] = (  # type: ignore[type-arg]
    (ArrayField, "a"), (models.BooleanField, "b"), (models.BigIntegerField, "n"), (models.DateTimeField, "d"),
    (models.DateField, "y"),
)
_LINKED = {"member": "p", "team": "q"}


def letter_of(column: models.Field, indexed: bool) -> str:  # type: ignore[type-arg]
    """The sort of spare column that holds a model's column. Lists compare texts by their indexed form."""
    if isinstance(column, TenantKey):
        return _LINKED.get(column.related_model._meta.db_table, "l")
    return next((letter for kind, letter in _LETTERS if isinstance(column, kind)), "t" if indexed else "x")


def needed(model: type[models.Model], fact: Fact) -> dict[str, str]:
    """{attribute: letter} of the columns which a fact brought to a model that had none of its own."""
    own: list[Any] = [column for column in model._meta.local_fields if column.column]
    indexed = {column for one in (fact, *own) if isinstance(one, Fact) for column in one.index_columns()}
    return {column.attname: letter_of(column, column.column in indexed) for column in own}


def give(wanted: dict[str, str], taken: Iterable[str]) -> dict[str, str]:
    """{attribute: spare column}: those that no field of the kind ever had. Wrong where none is left."""
    used = set(taken)
    found: dict[str, str] = {}
    for name, letter in wanted.items():
        free = (f"s_{letter}{n:02d}" for n in range(1, SLOTS[letter].many + 1))
        column = next((one for one in free if one not in used), None)
        if column is None:
            full = _("This kind has no room for another field of this type: all %(n)s of its spare columns are in use.")
            raise Wrong(fields={"type": [full % {"n": SLOTS[letter].many}]})
        used.add(column)
        found[name] = column
    return found
