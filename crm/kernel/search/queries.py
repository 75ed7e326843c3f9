"""Finding records of all kinds by what a person types, as far as that person may see them.

Three looks, cheapest first: names that begin so (by key, in the order of names), words anywhere (the index, narrowed to
what the person's rights can reach inside the index itself), and, where records are shared one by one, those. What comes
out is asked of each kind's policy: the policy decides, the index only finds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from crm.kernel.access.delegated import owners
from crm.kernel.access.policy import policy_for, rows_for
from crm.kernel.access.reach import array
from crm.kernel.access.shared import shared_ids
from crm.kernel.base.text import plain, searchable, sort_key
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import visible_ids
from crm.kernel.search.indexing import searched
from crm.kernel.search.inside import found_inside
from crm.kernel.search.words import Question, pinyin_spaced, question, quoted, scope_word
from crm.kernel.tenancy.backend.lasting import ask
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

#: How many rows each look takes before rights are asked.
BY_NAME, BY_WORDS = 60, 200
#: And how many of the whole company's where hardly any of the first were to be seen.
FAR = 3_000
#: How many names that begin so are looked through for those within reach.
NAMED = 1_000
LONGEST = 200
_END = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found. `at` is when it last changed; `file` the attached file in which the words stand, if not the record itself."""

    id: UUID
    kind: str
    title: str
    at: datetime | None = None
    file: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    id: UUID
    kind: str
    title: str
    rank: float
    at: datetime


def kinds_for(actor: Actor) -> list[Entity[Any]]:
    """The kinds that this person can find records of, those of the customers' menu first."""
    seen = [kind for kind in registry.all() if searched(kind) and policy_for(kind).may(actor, "view")]
    return sorted(seen, key=lambda kind: (kind.menu is None, kind.menu != "customers", kind.menu_order))


def find(text: str, kinds: Sequence[Entity[Any]] | None = None, most: int = 20) -> list[Hit]:
    """The best hits for the words, best first; nothing for a text without letters or digits."""
    actor: Actor = current_actor()
    text = searchable(text)[:LONGEST]
    asked = question(text)
    if not asked.runs:
        return []
    wanted = list(kinds) if kinds is not None else kinds_for(actor)
    found = _visible(_by_name(text, wanted, actor, most))
    starting = {one.id for one in found if _rank(one, asked)[0] < 2}
    if len(starting) < most and asked.index:
        known = {one.id for one in found}
        found += [one for one in _by_words(asked, wanted, actor, most) if one.id not in known]
    order = {kind.kind: place for place, kind in enumerate(wanted)}
    found.sort(key=lambda one: (*_rank(one, asked), order.get(one.kind, 99), -one.rank, -one.at.timestamp(), len(one.title)))
    return [Hit(one.id, one.kind, one.title, one.at) for one in found[:most]]


def find_everywhere(text: str, kinds: Sequence[Entity[Any]], most: int) -> list[Hit]:
    """What `find` finds, and behind it the records in whose files the words stand."""
    hits = find(text, kinds, most)
    asked = question(searchable(text)[:LONGEST])
    if len(hits) < most and asked.index:
        known = {one.id for one in hits}
        inside = [one for one in found_inside(asked.index, kinds) if one.record not in known]
        hits += [Hit(one.record, one.kind, one.title, one.at, one.file) for one in inside[: most - len(hits)]]
    return hits


def _rank(one: _Found, asked: Question) -> tuple[int]:
    """0: called so; 1: begins so; 2: has all the words in its name; 3: found by something else."""
    name = plain(one.title)
    letters = "".join(name.split())
    if letters == asked.joined:
        return (0,)
    if letters.startswith(asked.joined) or sort_key(one.title).replace(" ", "").startswith(asked.joined):
        return (1,)
    return (2,) if all(run in name for run in asked.runs) else (3,)


#: Of the rows whose names begin so, those within owner, team and shares where these decide: else the first names would all be
#: somebody else's, and common words would go to the index for nothing. `free` kinds are asked of their policy afterwards.
_BEGINNING = """
    WITH wanted AS MATERIALIZED (
      SELECT kind, free, teams::uuid[] AS teams, shared::uuid[] AS shared
        FROM unnest(%s::text[], %s::bool[], %s::text[], %s::text[]) AS given(kind, free, teams, shared))
    SELECT r.id, r.kind, r.title, 0, r.updated_at FROM wanted, unnest(%s::text[]) AS typed(key),
        LATERAL (SELECT * FROM (SELECT id, kind, title, updated_at, owner_id, team_id FROM record
                                 WHERE record.kind = wanted.kind AND deleted_at IS NULL AND sort_key >= typed.key
                                   AND sort_key < typed.key || %s ORDER BY sort_key, id LIMIT {named}) AS named
                  WHERE wanted.free OR owner_id = ANY (%s::uuid[]) OR team_id = ANY (wanted.teams) OR id = ANY (wanted.shared)
                  LIMIT {most}) AS r"""


def _by_name(text: str, kinds: Sequence[Entity[Any]], actor: Actor, most: int) -> list[_Found]:
    """Names that begin so, by the stored key: as typed, and as pinyin with its syllables apart."""
    keys = list(dict.fromkeys([sort_key(plain(text)), *pinyin_spaced(text)]))
    reach = [policy_for(kind).reach(actor) for kind in kinds]
    rows = ask(
        _BEGINNING.format(named=max(NAMED, most), most=max(BY_NAME, most)),
        [
            [kind.kind for kind in kinds],
            [one is None or one.whole for one in reach],
            # Written out: an array of arrays would need all of one length.
            [array(one.teams if one is not None else ()) for one in reach],
            [array(one.shared if one is not None else ()) for one in reach],
            [key for key in keys if key],
            _END,
            array(owners(actor)),
        ],
    )
    return list({row[0]: _Found(*row) for row in rows}.values())


def _by_words(asked: Question, kinds: Sequence[Entity[Any]], actor: Actor, enough: int) -> list[_Found]:
    """Those that may be seen, through the index in two lots: kinds whose rights the index knows, and kinds whose policy has to
    be asked. For the latter the whole company is looked through only where not enough was seen, and further only where what
    was found first is nearly all somebody else's: a common word is in very many records."""
    whole, reach, others = _reach(kinds, actor)
    workspace = quoted(scope_word("w", current_workspace_id()))
    found: list[_Found] = []
    if whole:
        found += _words(f"({asked.index}) & {workspace}", whole, enough)
    if reach or others:
        mine = [scope_word("o", person) for person in owners(actor)]
        mine += [scope_word("t", team) for team in sorted(actor.tree_ids | ({actor.team_id} if actor.team_id else set()))]
        if mine:
            found += _words(f"({asked.index}) & ({' | '.join(map(quoted, mine))})", [*reach, *others], enough)
    shared = [pk for kind in [*reach, *others] for pk in shared_ids(actor, kind.kind)]
    if shared:
        found += _asked("SELECT * FROM kith_search_among(%s, %s)", [asked.index, shared])
    seen = _visible(list({one.id: one for one in found}.values()))
    for many in (BY_WORDS, FAR) if others else ():
        if len(seen) >= enough:
            break
        everybodys = _words(f"({asked.index}) & {workspace}", others, max(many, enough))
        seen += _visible(everybodys)
        if len(everybodys) < many:
            break
    return list({one.id: one for one in seen}.values())


def _words(asked: str, kinds: Iterable[Entity[Any]], most: int) -> list[_Found]:
    return _asked("SELECT * FROM kith_search(%s, %s, %s)", [asked, [kind.kind for kind in kinds], max(BY_WORDS, most)])


def _asked(statement: str, given: list[Any]) -> list[_Found]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [_Found(*row) for row in cursor.fetchall()]


def _reach(kinds: Iterable[Entity[Any]], actor: Actor) -> tuple[list[Entity[Any]], list[Entity[Any]], list[Entity[Any]]]:
    """(kinds of which all rows are seen, kinds seen by owner and team, kinds whose policy decides row by row)."""
    whole: list[Entity[Any]] = []
    reach: list[Entity[Any]] = []
    others: list[Entity[Any]] = []
    for kind in kinds:
        found = policy_for(kind).reach(actor)
        if found.whole if found is not None else not rows_for(kind, actor):
            whole.append(kind)
        else:
            (others if found is None else reach).append(kind)
    return whole, reach, others


def _visible(found: list[_Found]) -> list[_Found]:
    """Those that the person may see, as each kind's policy has it; what belongs to another record stands for that one."""
    found = _led_to(found)
    by_kind: dict[str, set[UUID]] = {}
    for one in found:
        by_kind.setdefault(one.kind, set()).add(one.id)
    there: set[UUID] = set()
    for name, ids in by_kind.items():
        kind = registry.kind(name)
        if kind is not None:
            there |= visible_ids(kind.model, ids)
    return [one for one in found if one.id in there]


def _led_to(found: list[_Found]) -> list[_Found]:
    """A contact point leads to the contact: hits of kinds without a page of their own become hits of what they belong to."""
    parts = [one for one in found if not _own_page(one.kind)]
    if not parts:
        return found
    rest = {one.id: one for one in found if _own_page(one.kind)}
    parents: dict[UUID, _Found] = {}
    for name in {one.kind for one in parts}:
        kind = registry.kind(name)
        if kind is None:
            continue
        link = f"{kind.parent}_id"
        seen = visible_ids(kind.model, [one.id for one in parts if one.kind == name])
        by_id = {one.id: one for one in parts}
        for pk, parent in kind.model._default_manager.filter(pk__in=seen).values_list("pk", link):
            parents.setdefault(parent, by_id[pk])
    rows = RecordRow.objects.filter(pk__in=[pk for pk in parents if pk not in rest], deleted_at=None)
    for pk, name, title, at in rows.values_list("pk", "kind", "title", "updated_at"):
        if _own_page(name):
            rest[pk] = _Found(pk, name, title, parents[pk].rank, at)
    return list(rest.values())


def _own_page(name: str) -> bool:
    kind = registry.kind(name)
    return kind is not None and bool(kind.menu)
