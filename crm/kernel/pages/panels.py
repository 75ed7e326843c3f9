"""What parts contribute to the record page: panels and tabs. `template` gets the function's dictionary, record and entity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from crm.kernel.entity.entity import Entity
from crm.kernel.pages.laid import arranged
from crm.kernel.tenancy.parts import in_use

Words = str | Promise
Fill = Callable[[Any, Any], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """`where`: right (context column), left (under the facts), top (across, under the header), composer (over the timeline)."""

    kind: str
    name: str
    label: Words
    template: str
    fill: Fill
    where: str = "right"
    order: int = 50
    icon: str = ""


_PANELS: list[Panel] = []
_TABS: list[Panel] = []


def _adder(store: list[Panel], kind: str, name: str, facts: dict[str, Any]) -> Callable[[Fill], Fill]:
    def add(fill: Fill) -> Fill:
        store[:] = [old for old in store if (old.kind, old.name) != (kind, name)]
        store.append(Panel(kind, name, fill=fill, **facts))
        store.sort(key=lambda panel: panel.order)
        return fill

    return add


def panel(kind: str, name: str, **facts: Any) -> Callable[[Fill], Fill]:
    """Contributes a panel: `fill(record, actor)` answers the template's words, or None where the panel is to be absent.

    `facts` are those of `Panel`: label and template, where and order, icon. The kind "*" means every kind.
    """
    return _adder(_PANELS, kind, name, facts)


def tab(kind: str, name: str, **facts: Any) -> Callable[[Fill], Fill]:
    """Contributes a tab in the middle, loaded when it is opened; `facts` as for a panel, without `where`."""
    return _adder(_TABS, kind, name, facts)


def panels_of(kind: str, where: str) -> list[Panel]:
    return [one for one in _PANELS if one.kind in (kind, "*") and one.where == where and in_use(one.fill)]


def panels_of_kind(kind: str) -> list[Panel]:
    """All that a record page of the kind can have, place by place."""
    return [one for where in ("top", "left", "right") for one in panels_of(kind, where)]


def tabs_of(kind: str) -> list[Panel]:
    return [one for one in _TABS if one.kind in (kind, "*") and in_use(one.fill)]


def filled(entity: Entity[Any], where: str, record: Any, actor: Any) -> list[tuple[Panel, Mapping[str, Any]]]:
    """[(panel, its words)] of those which the layout has and which have something to say."""
    found, there = [], panels_of(entity.kind, where)
    for one in arranged(there, [one.name for one in there], entity.panels, entity.panels_off):
        words = one.fill(record, actor)
        if words is not None:
            found.append((one, words))
    return found
