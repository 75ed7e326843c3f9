"""Every kind, shipped or made in its workspace, is merged and split again, and everything is as it was."""

from typing import Any

import pytest

from crm.kernel.base.errors import Refusal
from crm.kernel.dedupe.merging.acts import merge
from crm.kernel.dedupe.merging.splitting import split
from crm.kernel.dedupe.tests.test_merge_properties import differences, state
from crm.kernel.entity.registry import registry
from crm.kernel.testing.cast import Company
from tests.api.stock import Stocked, stocked
from tests.custom.test_api import send


@pytest.fixture(scope="module")
def house() -> Stocked:
    return stocked("Merged")


def test_each_kind_and_back(house: Stocked) -> None:
    told = {}
    for entity in registry.all():
        try:
            other = house.company.make(entity.kind, house.values(entity))
        except Refusal as refusal:
            told[entity.kind] = str(refusal)
            continue
        with house.company.as_("admin"):
            before = state()
        one = house.records[entity.kind]
        with house.company.as_("admin"):
            try:
                [made] = merge(registry.kind(entity.kind), one.pk, [other.pk])  # type: ignore[arg-type]
            except Refusal as refusal:
                told[entity.kind] = str(refusal)
                made = None
        if made is None:
            continue
        with house.company.as_("admin"):
            gone = registry.kind(entity.kind).model._default_manager.get(pk=other.pk)  # type: ignore[union-attr]
            assert gone.deleted_at is not None, entity.kind
        with house.company.as_("admin"):
            done = split(made.pk)
            assert (done.left, done.open) == (0, []), entity.kind
        with house.company.as_("admin"):
            assert differences(before, state()) == {}, entity.kind
    assert told == {}, told


def test_a_kind_of_ones_own_with_links_of_its_own(north: Company) -> None:
    api = north.api("admin")
    assert send(api, "POST", "/api/v1/kinds", {"label": {"en": "Ship"}, "labels": {"en": "Ships"}}).status_code == 201
    fields = "/api/v1/kinds/ship/fields"
    assert send(api, "POST", fields, {"label": "Flag", "type": "text"}).status_code == 201
    for label, type_, target in (("Sister", "link", "ship"), ("Fleet", "links", "ship"), ("Harbour", "link", "account")):
        assert send(api, "POST", fields, {"label": label, "type": type_, "target": target}).status_code == 201, label
    assert send(api, "POST", "/api/v1/kinds/contact/fields", {"label": "Sails on", "type": "link", "target": "ship"}).status_code == 201

    def make(**values: Any) -> str:
        answer = send(api, "POST", "/api/v1/ships", values)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    quay, dock = (north.make("account", {"name": name}).pk for name in ("Quay", "Dock"))
    one, other = make(name="Aurora", flag="NO"), make(name="Aurora II", harbour=str(dock))
    third = make(name="Boreas", sister=other, fleet=[one, other])
    sailor = send(api, "POST", "/api/v1/contacts", {"name": "Mary Lee", "sails_on": other}).json()["id"]
    with north.as_("admin"):
        before = state()
    done = send(api, "POST", f"/api/v1/ships/{one}/merge", {"with": [other], "values": {"name": one, "harbour": str(quay)}})
    assert done.status_code == 200, done.content
    found = api.get(f"/api/v1/ships/{third}").json()
    assert (found["sister"], found["fleet"]) == (one, [one])
    assert api.get(f"/api/v1/contacts/{sailor}").json()["sails_on"] == one
    assert api.get(f"/api/v1/ships/{other}").json()["harbour"] == str(quay)
    assert "Aurora" in north.browser("admin").get(f"/ships/{other}/", follow=True).content.decode()
    assert send(api, "POST", f"/api/v1/merges/{done.json()['merges'][0]['id']}/undo").status_code == 200
    with north.as_("admin"):
        assert differences(before, state()).keys() == {"visit"}, "the page was opened, that is all"
