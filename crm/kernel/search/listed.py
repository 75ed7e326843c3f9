"""Letters typed over a list, as a part of its filter."""

from typing import Any

from crm.kernel.audit.moment import moment
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Found, Node, Where
from crm.kernel.search.indexing import searched
from crm.kernel.search.queries import find

#: So many records the letters may find; they are sorted and filtered further like others.
LISTED = 1_000


def by_search(entity: Entity[Any]) -> bool:
    """Whether records of the kind are found by the search as themselves; what leads to another record, as that one."""
    return searched(entity) and entity.parent is None


def looked_for(entity: Entity[Any], words: str) -> Node | None:
    """What can be searched is found as in the search box, for there may be millions of it; of the rest (stages, types) there
    are few, and their names are looked through. So are those of a past day, of which no search index is kept."""
    if not words:
        return None
    if by_search(entity) and moment() is None:
        return Found(tuple(hit.id for hit in find(words, [entity], LISTED)))
    return Where(entity.title, "contains", words) if "contains" in entity.title_field.operators else None
