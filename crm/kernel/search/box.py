"""What stands in the search box: words, and filters among them (`owner:me stage:won 上海`)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import fold, searchable
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import All, Node, Where
from crm.kernel.identity.actor import Actor
from crm.kernel.records.listing import rows_of
from crm.kernel.records.models import RecordRow
from crm.kernel.search.queries import LONGEST, Hit, find, find_everywhere, kinds_for
from crm.kernel.tenancy.scope import current_actor

_FILTER = re.compile(r'(?:^|(?<=\s))(?P<name>[^\s:："]{1,60})[:：](?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))')
#: Among so many hits of the words the filters choose.
AMONG = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its words, and for each kind that has all the named fields the filter on it (None: no filter at all)."""

    words: str
    filters: dict[Entity[Any], Node] | None


def read(text: str, kinds: Sequence[Entity[Any]], actor: Actor) -> Asked:
    """Splits the text. A name before a colon that is no field of any kind is a word like others."""
    given: list[tuple[str, str]] = []

    def take(found: re.Match[str]) -> str:
        name, value = found["name"], found["quoted"] if found["plain"] is None else found["plain"]
        if value and any(_field(kind, name, actor) for kind in kinds):
            given.append((name, value))
            return " "
        return found[0]

    words = _FILTER.sub(take, text).strip()
    if not given:
        return Asked(words, None)
    filters: dict[Entity[Any], Node] = {}
    for kind in kinds:
        named = [(_field(kind, name, actor), value) for name, value in given]
        wheres = tuple(_where(field, value) for field, value in named if field is not None)
        if len(wheres) == len(given):
            filters[kind] = All(wheres)
    return Asked(words, filters)


def _field(kind: Entity[Any], name: str, actor: Actor) -> Fact | None:
    """By its name or its label in the reader's language."""
    wanted = fold(name)
    fields: dict[str, Fact] = policy_for(kind).fields(actor)
    for field in fields.values():
        if field.filterable and wanted in (field.name, fold(str(field.label)).replace(" ", "_"), fold(str(field.label))):
            return field
    return None


def _where(field: Fact, value: str) -> Where:
    op = "is" if "is" in field.operators else "has" if "has" in field.operators else "contains"
    if field.type in ("text", "person_name", "long_text", "email", "url"):
        op = "contains"
    return Where(field.name, op, value)


def search(text: str, kinds: Sequence[Entity[Any]] | None = None, most: int = 20) -> list[Hit]:
    """What the box finds, best first. A filter whose value fits no kind finds nothing."""
    actor: Actor = current_actor()
    wanted = list(kinds) if kinds is not None else kinds_for(actor)
    text = searchable(text)[:LONGEST]
    asked = read(text, wanted, actor)
    if asked.filters is None:
        return find_everywhere(asked.words, wanted, most)
    found: list[Hit] = []
    for kind, node in asked.filters.items():
        try:
            found += _filtered(kind, node, asked.words, actor, most)
        except Wrong:
            continue  # "stage:won" says nothing to a kind whose stage knows no such value
    return found[:most]


def _filtered(kind: Entity[Any], node: Node, words: str, actor: Actor, most: int) -> list[Hit]:
    rows = rows_of(kind, node, actor)
    if not words:
        ids = list(rows.order_by("-updated_at", "pk").values_list("pk", flat=True)[:most])
        return _hits(kind, ids)
    hits = find(words, [kind], AMONG)
    there = set(rows.filter(pk__in=[hit.id for hit in hits]).values_list("pk", flat=True))
    return [hit for hit in hits if hit.id in there][:most]


def _hits(kind: Entity[Any], ids: Iterable[Any]) -> list[Hit]:
    rows = RecordRow.objects.filter(pk__in=list(ids)).order_by("-updated_at", "pk")
    return [Hit(pk, kind.kind, title, at) for pk, title, at in rows.values_list("pk", "title", "updated_at")]
