"""Where things stand: the workspace's own fields within their kind, and the kinds within the menu. Either order can be taken back."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import layouts
from crm.kernel.entity.custom.actions import RIGHT, kept
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.guards import need
from crm.kernel.tenancy.scope import bump_schema

#: Where `facts` keep the place in the menu.
PLACE = "menu_order"


def in_menu() -> dict[str, list[str]]:
    """{group of the menu: codes of its kinds, as they stand}."""
    found: dict[str, list[str]] = {}
    for entity in sorted(registry.all(), key=lambda one: one.menu_order):
        if entity.menu:
            found.setdefault(entity.menu, []).append(entity.kind)
    return found


def order_menu(kinds: Sequence[str]) -> None:
    """Puts the kinds of the menu in this order, each within its group; those that are not named follow as they stood. What else
    stands in the menu keeps its place among them. Needs `administration.kinds`."""
    need(RIGHT)
    bump_schema()
    groups = in_menu()
    unknown = [kind for kind in kinds if not any(kind in group for group in groups.values())]
    if unknown:
        raise Wrong(fields={"order": [_("“%(kind)s” does not stand in the menu.") % {"kind": unknown[0]}]})
    first = {kind: at for at, kind in enumerate(kinds)}
    for group in groups.values():
        places = _apart([_place(kind) for kind in group])
        for kind, place in zip(sorted(group, key=lambda kind: first.get(kind, len(first))), places, strict=True):
            _put(kind, place)


def place_kind(kind: str, place: int) -> None:
    """Gives one kind its place in the menu, as a configuration says it. Needs `administration.kinds`."""
    need(RIGHT)
    bump_schema()
    _put(kind, place)


def _place(kind: str) -> int:
    entity = registry.kind(kind)
    return entity.menu_order if entity is not None else 0


def _apart(places: Sequence[int]) -> list[int]:
    """The same numbers, in order, none twice."""
    found: list[int] = []
    for place in sorted(places):
        found.append(max(place, found[-1] + 1) if found else place)
    return found


def _put(kind: str, place: int) -> None:
    row = layouts.stored(kind)
    if row.facts.get(PLACE) is None and place == _place(kind):
        return  # nothing is said of it, and nothing has to be
    row.facts = row.facts | {PLACE: place}
    kept(row)
