"""What the search box shows: hits as one types, what is at hand before that, all hits on a page of their own."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from crm.kernel.base.errors import NotFound
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.pages import doings
from crm.kernel.pages.cells import record_url
from crm.kernel.records.reading import fetch
from crm.kernel.search import at_hand as keeping
from crm.kernel.search.box import search
from crm.kernel.search.inside import excerpts
from crm.kernel.search.notes import notes
from crm.kernel.search.queries import Hit, kinds_for
from crm.kernel.tenancy.scope import current_actor

TYPED, OF_A_KIND, A_KIND = 10, 6, 25

Line = dict[str, str]


def _lines(hits: list[Hit], text: str = "") -> list[Line]:
    """[{label, note, url, icon, kind}] of hits whose kind is known. Words inside a file lead to its preview, and say which."""
    said = notes([hit for hit in hits if hit.file is None])
    inside = excerpts(text, [hit.file for hit in hits if hit.file is not None])
    found = []
    for hit in hits:
        kind = registry.kind(hit.kind)
        if hit.file is not None and kind is not None:
            note = " · ".join(part for part in inside.get(hit.file, ()) if part)
            url = reverse("pages.file", kwargs={"file_id": hit.file})
            found.append({"label": hit.title, "note": note, "url": url, "icon": "clip", "kind": str(_("File"))})
        elif kind is not None:
            line = {"label": hit.title, "note": said.get(hit.id, ""), "url": record_url(kind, hit.id), "icon": kind.icon}
            found.append(line | {"kind": str(kind.label)})
    return found


def as_typed(text: str) -> list[Line]:
    """The best few, of one kind no more than most of them where other kinds have some, too."""
    hits = search(text, most=TYPED * 3)
    many: dict[str, int] = {}
    first: list[Hit] = []
    rest: list[Hit] = []
    for hit in hits:
        many[hit.kind] = many.get(hit.kind, 0) + 1
        (first if many[hit.kind] <= OF_A_KIND else rest).append(hit)
    best = {hit.id for hit in [*first, *rest][:TYPED]}
    return _lines([hit for hit in hits if hit.id in best], text)


def at_hand(there: str) -> list[dict[str, Any]]:
    """[{label, lines}]: what can be done with the open record, pinned records, recent ones. `there` is the page's address."""
    pinned = keeping.pinned()
    known = {hit.id for hit in pinned}
    groups = [
        (_("This record"), _doings(there)),
        (_("Pinned"), _lines(pinned)),
        (_("Recent"), _lines([hit for hit in keeping.recent() if hit.id not in known])),
    ]
    return [{"label": label, "lines": lines} for label, lines in groups if lines]


def _doings(there: str) -> list[Line]:
    """What can be done with the record on whose page the box was opened."""
    try:
        found = resolve(urlsplit(there).path)
    except Resolver404:
        return []
    if found.view_name != "pages.record":
        return []
    entity, pk = found.kwargs["entity"], found.kwargs["pk"]
    try:
        record = fetch(entity, pk)
    except NotFound:
        return []
    found_here = doings.lines(entity, record)
    return [{"label": one.label, "note": "", "url": one.url, "icon": one.icon, "act": one.how} for one in found_here]


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `more` tells that there are others."""

    entity: Entity[Any]
    lines: list[Line]
    more: bool


def by_kind(text: str) -> list[Group]:
    """All kinds with hits, those of the customers first."""
    groups = []
    kinds = kinds_for(current_actor())
    parts = [kind for kind in kinds if not kind.menu]  # they lead to others only
    for kind in kinds:
        if kind.menu:
            hits = search(text, [kind, *parts], A_KIND + 1)
            mine = [hit for hit in hits if hit.kind == kind.kind]
            if mine:
                groups.append(Group(kind, _lines(mine[:A_KIND], text), len(mine) > A_KIND))
    return groups
