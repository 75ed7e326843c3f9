"""What a link may point to: options for a choice, hits for letters typed, the name of one target."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base.text import fold, sort_key
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import from_json, to_text
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models.people import Team, User
from crm.kernel.pages.cells import record_url
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of, titles_of
from crm.kernel.search.listed import by_search
from crm.kernel.search.queries import find
from crm.kernel.tenancy.scope import current_actor

FEW = 40
HITS = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found by letters: `note` tells two of the same name apart."""

    id: UUID
    title: str
    note: str = ""
    url: str = ""

    def as_json(self) -> dict[str, str]:
        return {"id": str(self.id), "title": self.title, "note": self.note, "url": self.url, "label": self.title}


def lookup_url(field: Fact) -> str:
    """Where letters typed into this field's input are sent."""
    return reverse("pages.lookup", kwargs={"what": what_of(field)})


def what_of(field: Fact) -> str:
    entity = registry.of(field.target)
    if entity is not None:
        return entity.plural
    return "people" if field.target is User else "teams" if field.target is Team else "any"


def few(field: Fact, most: int = FEW) -> list[tuple[UUID, str]] | None:
    """All targets where there are so few that a plain choice serves best; None where there are more than `most`."""
    if field.target is RecordRow:
        return None
    entity = registry.of(field.target)
    if entity is None:
        rows: Any = User.objects.filter(is_active=True) if field.target is User else Team.objects.all()
        found = list(rows.order_by("name").values_list("pk", "name")[: most + 1])
    else:
        found = _titles(visible(entity).order_by(*_order(entity)).values_list("pk", flat=True)[: most + 1])
    return found if len(found) <= most else None


def _order(entity: Entity[Any]) -> list[str]:
    name = entity.default_sort.removeprefix("-")
    return [f"{'-' if entity.default_sort.startswith('-') else ''}{entity.fields[name].sort_ref()}", "pk"]


def _titles(ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    wanted = list(ids)
    named = titles_of(wanted)
    return [(pk, named.get(pk, "")) for pk in wanted]


def name_of_link(field: Fact, pk: UUID) -> str:
    """The name of one target that the actor may see, else ""."""
    return names_of(field.target, [pk]).get(pk, "")


def hits(what: str, words: str) -> list[Hit]:
    """Up to eight people, teams or records whose name has these letters (or pinyin)."""
    if what == "people":
        rows = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words), is_active=True)
        return [Hit(pk, name, email) for pk, name, email in rows.order_by("name").values_list("pk", "name", "email")[:HITS]]
    if what == "teams":
        return [Hit(pk, name) for pk, name in Team.objects.filter(name__icontains=words).order_by("name").values_list("pk", "name")[:HITS]]
    if what == "colleagues":
        return [*(Hit(hit.id, hit.title, _("Team")) for hit in hits("teams", words)[:3]), *hits("people", words)][:HITS]
    entity = registry.plural(what)
    if entity is not None:
        return of_kind(entity, words)
    return anything(words)


def anything(words: str, most: int = HITS) -> list[Hit]:
    """Over the kinds which stand in the menu; before anything is typed, what was last changed of each."""
    actor = current_actor()
    kinds = [kind for kind in registry.all() if kind.menu and policy_for(kind).may(actor, "view")]
    kinds.sort(key=lambda kind: kind.menu_order)
    if words.strip():
        by_name = {kind.kind: kind for kind in kinds}
        return [_hit(by_name[one.kind], one.id, one.title, str(by_name[one.kind].label)) for one in find(words, kinds, most)]
    return [Hit(hit.id, hit.title, str(kind.label), hit.url) for kind in kinds for hit in of_kind(kind, "", 4)][:most]


def _hit(entity: Entity[Any], pk: UUID, title: str, note: str = "") -> Hit:
    return Hit(pk, title, note, record_url(entity, pk))


def of_kind(entity: Entity[Any], words: str, most: int = HITS) -> list[Hit]:
    """Records of one kind: those whose name starts so come first. What can be searched is found as in the search box, for
    there may be millions of them; the rest (stages, types) is what a company sets up, and few."""
    if words.strip() and by_search(entity):
        return [_hit(entity, one.id, one.title) for one in find(words, [entity], most)]
    title = entity.title_field
    rows = visible(entity)
    wanted = fold(words)
    if wanted and title.type in ("text", "person_name"):
        starts = Q(**{f"{title.filter_ref()}__startswith": wanted}) | Q(**{f"{title.sort_ref()}__startswith": sort_key(words)})
        starts |= Q(**{f"{title.filter_ref()}__in": title.meant(words)})
        first = list(rows.filter(starts).order_by(title.sort_ref()).values_list("pk", flat=True)[:most])
        if len(first) < most:
            inside = rows.filter(
                Q(**{f"{title.filter_ref()}__contains": wanted}) | Q(**{f"{title.sort_ref()}__contains": sort_key(words)})
            ).exclude(pk__in=first)
            first += list(inside.order_by(title.sort_ref()).values_list("pk", flat=True)[: most - len(first)])
    elif wanted:
        first = list(
            RecordRow.objects.filter(kind=entity.kind, sort_key__startswith=sort_key(words), pk__in=rows.values("pk")).values_list(
                "pk", flat=True
            )[:most]
        )
    else:
        first = list(rows.order_by("-updated_at").values_list("pk", flat=True)[:most])
    return [_hit(entity, pk, name) for pk, name in _titles(first)]


def list_address(entity: Entity[Any], tree: dict[str, Any]) -> str:
    """The address of the list that holds just the records of a filter, given in its JSON form."""
    return reverse("pages.list", kwargs={"entity": entity}) + query_of({"filter": to_text(from_json(tree))})


def query_of(values: dict[str, str]) -> str:
    """`?a=1`, without what is empty; "" where nothing is left."""
    kept = {name: value for name, value in values.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
