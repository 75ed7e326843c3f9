"""The picture of who knows whom: places on an ellipse around the record, as numbers for an SVG without styles."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _t

from crm.customers import queries
from crm.customers.queries import Tie
from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import visible
from crm.kernel.entity.registry import registry
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.marks import initials

WIDTH = 280
MOST = 9
#: With more neighbours than this, words on the lines would lie over each other.
ROOMY = 4


@dataclass(slots=True)
class Dot:
    """One person (round) or company (square) in the picture."""

    id: UUID
    title: str
    short: str
    letters: str
    square: bool
    tint: int
    url: str
    x: float = 0.0
    y: float = 0.0
    under: float = 0.0


@dataclass(slots=True)
class Line:
    """One relationship: a path, its class names, its words and where they stand."""

    path: str
    look: str
    words: str = ""
    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True)
class Picture:
    me: Dot
    dots: list[Dot] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    width: int = WIDTH
    height: int = 200

    @property
    def words(self) -> str:
        """What a reader who does not see the picture hears."""
        return _t("%(name)s and %(many)s others") % {"name": self.me.title, "many": len(self.dots)}


def draw(record: Any, ties: list[Tie]) -> Picture | None:
    """None where nobody is known."""
    entity = registry.of(type(record))
    assert entity is not None
    ends: dict[UUID, tuple[Dot, str, str]] = {}
    for tie in ties:
        if tie.other not in ends and len(ends) < MOST:
            ends[tie.other] = (_dot(tie.other, tie.other_kind, tie.other_title), tie.words, _look(tie))
    for pk, kind, title, words in _by_work(record, entity.kind):
        if pk not in ends and len(ends) < min(MOST, 6):
            ends[pk] = (_dot(pk, kind, title), words, "ln-work ln-1")
    if not ends:
        return None
    me = _dot(record.pk, entity.kind, entity.name_of(record))
    picture = Picture(me)
    _place(picture, list(ends.values()))
    picture.lines += _rim(picture.dots)
    return picture


def _place(picture: Picture, ends: list[tuple[Dot, str, str]]) -> None:
    """Around the middle, on an ellipse that is flat for few and rounder for many; words stand halfway out,
    as long as there is room for them (the list below and the tab of contacts say them too)."""
    many = len(ends)
    wide, high = 104, 34 if many < 3 else 56 if many < 6 else 80
    picture.height = 2 * (high + 38)
    middle_x, middle_y = WIDTH / 2 - (wide / 2 if many == 1 else 0), picture.height / 2
    picture.me.x, picture.me.y = middle_x, middle_y
    start = 0.0 if many < 3 else 0.45 - math.pi / 2
    for at, (dot, words, look) in enumerate(ends):
        turn = start + 2 * math.pi * at / many
        dot.x, dot.y = round(middle_x + wide * math.cos(turn), 1), round(middle_y + high * math.sin(turn), 1)
        dot.under = dot.y + 26 if dot.y >= middle_y else dot.y - 19
        picture.dots.append(dot)
        x, y = round(middle_x + 0.55 * wide * math.cos(turn), 1), round(middle_y + 0.6 * high * math.sin(turn) + 3, 1)
        picture.lines.append(Line(f"M{middle_x} {middle_y} {dot.x} {dot.y}", look, _cut(words, 9) if len(ends) <= ROOMY else "", x, y))


def _rim(dots: list[Dot]) -> list[Line]:
    """Relationships among those around, as thin arcs."""
    places = {dot.id: dot for dot in dots}
    found = []
    for one in queries.between(places):
        a, b = places[one.first_id], places[one.second_id]
        bend_x, bend_y = round((a.x + b.x) / 2 + (a.y - b.y) * 0.12, 1), round((a.y + b.y) / 2 + (b.x - a.x) * 0.12, 1)
        look = "ln-1 ln-personal" if one.type.personal else "ln-1"
        found.append(Line(f"M{a.x} {a.y} Q{bend_x} {bend_y} {b.x} {b.y}", look))
    return found


def _by_work(record: Any, kind: str) -> list[tuple[UUID, str, str, str]]:
    """Whom one knows by work: a company's people and parent, a person's company and boss."""
    found: list[tuple[UUID, str, str, str]] = []
    if kind == "account":
        found += [(pk, "account", name, _t("part of")) for pk, name in _company(record.parent_id)]
        found += [(pk, "contact", name, title or _t("works here")) for pk, name, title in _people(record.pk, 5)]
    if kind == "contact" and record.account_id:
        found += [(pk, "account", name, _t("works for")) for pk, name in _company(record.account_id)]
        beside = [one for one in _people(record.account_id, 4) if one[0] != record.pk][:3]
        found += [(pk, "contact", name, title or _t("colleague")) for pk, name, title in beside]
    return found


def _company(pk: UUID | None) -> Iterable[tuple[UUID, str]]:
    account = registry.kind("account")
    assert account is not None
    return lasting(("company",), lambda one: visible(account).filter(pk=one).values_list("pk", "name"), pk) if pk else ()


def _people(account: UUID, most: int) -> Iterable[tuple[UUID, str, str]]:
    """Those last changed first."""
    contact = registry.kind("contact")
    assert contact is not None

    def rows(one: UUID) -> QuerySet[Any, Any]:
        return visible(contact).filter(account_id=one).order_by("-updated_at").values_list("pk", "name", "job_title")[:most]

    return lasting(("people", most), rows, account)


def _look(tie: Tie) -> str:
    if tie.over:
        return "ln-1 ln-over"
    kind = "ln-personal" if tie.personal else "ln-strong" if tie.strength >= 4 else ""
    return f"ln-{max(1, tie.strength)} {kind}".strip()


def _dot(pk: UUID, kind: str, title: str) -> Dot:
    square = kind == "account"
    tint = int(md5(title.encode(), usedforsecurity=False).hexdigest(), 16) % 8 + 1
    entity = registry.kind(kind)
    assert entity is not None
    return Dot(pk, title, _cut(title, 9), initials(title, 28, square), square, tint, record_url(entity, pk))


def _cut(text: str, longest: int) -> str:
    wide = sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
    if wide <= longest * 1.4:
        return text
    kept, room = "", longest * 1.4 - 1
    for letter in text:
        room -= 2 if ord(letter) > 0x2E7F else 1
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + "…"
