"""Whatever is done to a record of a kind made in the interface is an act: in the toast, in "My changes", and undone in turn."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.test import Client

from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.registry import registry
from crm.kernel.pages.tests.test_screens import HTMX, toast_of
from crm.kernel.records import writing
from crm.kernel.records.models import ChangeSet
from crm.kernel.testing.cast import Company

Act = Callable[[Client, UUID], Any]

BULK = {"act": "change", "field": "fuel", "fuel": "diesel"}
#: What is done, in this order, and what it makes of the record: (name, fuel, due day, whether it is in the bin).
ACTS: tuple[tuple[str, Act, tuple[str, str, str, bool]], ...] = (
    ("edit", lambda page, pk: page.post(f"/vehicles/{pk}/edit", {"name": "Van", "fuel": "diesel", "due": "2026-11-20"}),
     ("Van", "diesel", "2026-11-20", False)),
    ("cell", lambda page, pk: page.post(f"/vehicles/{pk}/cell/name", {"name": "Lorry"}, headers=HTMX),
     ("Lorry", "diesel", "2026-11-20", False)),
    ("board", lambda page, pk: page.post(f"/vehicles/{pk}/move", {"value": "electric"}), ("Lorry", "electric", "2026-11-20", False)),
    ("calendar", lambda page, pk: page.post(f"/vehicles/{pk}/day?by=due", {"value": "2026-11-25"}),
     ("Lorry", "electric", "2026-11-25", False)),
    ("bulk", lambda page, pk: page.post("/vehicles/bulk/apply", BULK | {"ids": [str(pk)]}, headers=HTMX),
     ("Lorry", "diesel", "2026-11-25", False)),
    ("delete", lambda page, pk: page.post(f"/vehicles/{pk}/delete"), ("Lorry", "diesel", "2026-11-25", True)),
    ("restore", lambda page, pk: page.post(f"/bin/{pk}/restore"), ("Lorry", "diesel", "2026-11-25", False)),
)  # fmt: skip


def held(north: Company, pk: UUID) -> tuple[str, str, str, bool]:
    with north.as_("admin"):
        vehicle = registry.kind("vehicle")
        assert vehicle is not None
        one = vehicle.model._default_manager.get(pk=pk)
        fuel, due = (vehicle.fields[name].value(one) for name in ("fuel", "due"))
        return one.name, str(fuel or ""), str(due or ""), one.deleted_at is not None


def test_every_act_on_a_kind_of_its_own_is_undone_in_turn(north: Company) -> None:
    with north.as_("admin"):
        actions.make_kind({"label": {"en": "Vehicle", "zh-hans": "车辆"}, "labels": {"en": "Vehicles", "zh-hans": "车辆"}})
        actions.make_field("vehicle", {"label": "Fuel", "type": "choice", "options": ["Diesel", "Electric"]})
        actions.make_field("vehicle", {"label": "Due", "type": "date"})
        layouts.change_layout("vehicle", {"board": "fuel", "columns": ["fuel", "due"]})
    with north.as_("admin"):
        vehicle = registry.kind("vehicle")
        assert vehicle is not None
        pk = writing.create(vehicle, {"name": "Bus", "fuel": "diesel", "due": "2026-11-20"}).pk
    page, way = north.browser("admin"), [(held(north, pk), "")]
    for name, act, after in ACTS:
        answer = act(page, pk)
        assert answer.status_code in (200, 204, 302), (name, answer.content)
        assert held(north, pk) == after, name
        back = toast_of(answer)["undo"]
        assert back in page.get("/changes/").content.decode(), name
        way.append((after, back))
    for number in range(len(ACTS), 0, -1):
        assert page.post(way[number][1]).status_code == 204, ACTS[number - 1][0]
        assert held(north, pk) == way[number - 1][0], ACTS[number - 1][0]
    with north.as_("admin"):
        assert ChangeSet.objects.filter(undoes=None, undone_at=None).count() == 0
