"""A company with one of everything that an archive has to hold, and its twin out of one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.archive.ids import Ids
from crm.kernel.archive.reading import opened
from crm.kernel.archive.taking_in import Taken, Wish, prepare, take_in
from crm.kernel.archive.writing import Made, write
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.tests.test_import import Workbench
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import Role, User
from crm.kernel.tenancy.models import Workspace
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs
from tests.api.stock import Stocked, stocked
from tests.custom.test_kinds import GIVEN, vehicle

#: Looks like an id and is none of anything: somebody typed it.
TYPED = "0190a6f0-5a3b-7c11-9d2e-3f4455667788"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def still(_done: int, _total: int) -> None:
    """Nobody watches."""


def send(client: Any, method: str, url: str, body: Any = None) -> Any:
    answer = client.generic(method, url, json.dumps(body) if body is not None else "", content_type="application/json")
    assert answer.status_code < 300, (method, url, answer.content)
    return answer.json() if answer.content else None


def filled(name: str) -> tuple[Stocked, dict[str, str]]:
    """The company, and the ids of what the tests look for."""
    made = stocked(name)
    house, admin, ada = made.company, made.api(), made.api("ada")
    vehicle(house)
    sent = {f"f_{kind}": typed for kind, (_facts, typed, _held) in GIVEN.items()}
    first = {"name": "上海盈晟标牌有限公司", "phone": "021 6488 2107", "annual_revenue": "1054.50"}
    account = send(ada, "POST", "/api/v1/accounts", first)["id"]
    twin = send(admin, "POST", "/api/v1/accounts", {"name": "上海盈晟标牌公司", "phone": "021 6488 2107"})["id"]
    sent |= {"name": "沪A 12345", "keeper": account, "driver": str(house.people["bo"].pk)}
    car = send(admin, "POST", "/api/v1/vehicles", sent)["id"]
    send(admin, "POST", "/api/v1/vehicles", {"name": "沪B 1", "spares": [car]})
    send(ada, "PATCH", f"/api/v1/accounts/{account}", {"name": "上海盈晟标牌集团", "description": f"see /accounts/{twin} and {TYPED}"})
    gone = send(admin, "POST", "/api/v1/accounts", {"name": "In the bin"})["id"]
    send(admin, "DELETE", f"/api/v1/accounts/{gone}")
    act = send(ada, "POST", "/api/v1/accounts/bulk/change", {"ids": [account], "values": {"industry": "Signs"}})["act"]
    picture = ada.post(f"/api/v1/accounts/{account}/files", {"file": SimpleUploadedFile("seal.png", PICTURE)}).json()["id"]
    ada.post(f"/api/v1/accounts/{account}/files", {"file": SimpleUploadedFile("offer.txt", "Tin plates, 荧光 letters".encode())})
    send(admin, "POST", f"/api/v1/accounts/{twin}/shares", {"user": str(house.people["cleo"].pk), "edit": True})
    view = {"name": "Mine", "filter": f'owner = "{house.people["ada"].pk}"', "sort": "-name", "reach": "all"}
    assert house.browser("ada").post("/accounts/views/save", view, headers={"HX-Request": "true"}).status_code < 300
    bench = Workbench(house)
    kind = registry.kind("account")
    assert kind is not None
    bench.upload(kind, "name,customer id\nImported 1,I1\nImported 2,I2\n")
    bench.map(key=None)
    bench.go()
    run_jobs(house.id)
    return made, {"account": account, "twin": twin, "car": car, "act": act, "picture": picture, "bin": gone, "import": str(bench.run.pk)}


def out(workspace_id: UUID, path: Path, passwords: bool = False) -> Made:
    return write(path, workspace_id, system_actor(workspace_id), still, passwords)


def into(path: Path, slug: str, **wish: Any) -> Taken:
    with opened(path) as archive:
        taken = take_in(archive, Wish(slug, **wish), still)
    prepare(taken.workspace_id, still)
    return taken


def known_as(workspace_id: UUID) -> Company:
    """The cast of a workspace that came out of an archive."""
    made = Company(workspace_id, "")
    with made.as_kith():
        made.slug = Workspace.objects.get(pk=workspace_id).slug
        people = {user.email.partition("-")[0]: user for user in User.objects.all()}
        roles = {role.name: role for role in Role.objects.all()}
    made.people.update(people)
    made.roles.update(roles)
    return made


def renamed(old: UUID, new: UUID) -> Callable[[str], str]:
    """Old id → new id."""
    return Ids(old, new).of
