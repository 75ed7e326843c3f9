"""Where things stand: the workspace's own fields within their kind, and the kinds within the menu. Either order can be taken back."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.custom import layouts
from crm.kernel.entity.custom.actions import RIGHT, kept
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.guards import need
from crm.kernel.tenancy.scope import bump_schema

#: Where `facts` keep the order that stood before the last change: names of fields, the place in the menu.
FIELDS_BEFORE, MENU_BEFORE = "fields_before", "menu_before"
PLACE = "menu_order"


def order_fields(kind: str, names: Sequence[str]) -> None:
    """Puts the workspace's own fields of a kind in this order; those that are not named follow as they stood."""
    before = list(CustomField.objects.filter(kind=kind).order_by("place", "id").values_list("name", flat=True))
    layouts.order_fields(kind, names)
    row = layouts.stored(kind)
    row.facts = row.facts | {FIELDS_BEFORE: before}
    kept(row)


def take_back_fields(kind: str) -> None:
    """The order of fields that stood before; once more, and the last one is in force again."""
    need(RIGHT)
    before = layouts.stored(kind).facts.get(FIELDS_BEFORE)
    if before is None:
        raise NotFound(_("There is no earlier order to go back to."))
    order_fields(kind, before)


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


def take_back_menu() -> None:
    """The order of the menu that stood before; once more, and the last one is in force again."""
    need(RIGHT)
    bump_schema()
    rows: list[CustomKind | KindSetting] = [*CustomKind.objects.all(), *KindSetting.objects.all()]
    changed = [row for row in rows if MENU_BEFORE in row.facts]
    if not changed:
        raise NotFound(_("There is no earlier order to go back to."))
    for row in changed:
        now = row.facts.get(PLACE)
        row.facts = row.facts | {PLACE: row.facts[MENU_BEFORE], MENU_BEFORE: now}
        kept(row)


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
    if row.facts.get(PLACE) is None and place == _place(kind) and MENU_BEFORE not in row.facts:
        return  # nothing is said of it, and nothing has to be
    row.facts = row.facts | {PLACE: place, MENU_BEFORE: row.facts.get(PLACE)}
    kept(row)
