"""Ten thousand vehicles of a kind made in the interface: in by import, found, grouped, out by export, changed at once and back."""

import csv
import io
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.entity.custom import actions
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

FIELDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Plate", "text", {"unique": True}), ("Fuel", "choice", {"options": ["Diesel", "Electric"]}), ("Mileage", "integer", {}),
    ("Load", "decimal", {}), ("Price", "money", {}), ("Bought", "date", {}), ("Leased", "yes_no", {}), ("Tags", "tags", {}),
    ("Keeper", "link", {"target": "account"}), ("Mail", "email", {}),
)  # fmt: skip
ROWS = 10_000


def send(client: Any, method: str, url: str, body: Any = None) -> Any:
    return client.generic(method, url, json.dumps(body) if body is not None else "", content_type="application/json")


def table() -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["Name", *(label for label, _type, _told in FIELDS)])
    for n in range(ROWS):
        fuel, leased = ("Diesel", "yes") if n % 4 else ("Electric", "no")
        rows.writerow([
            f"Vehicle {n}", f"沪A{n:05d}", fuel, n * 7 % 1000, f"{n % 90}.5", f"{n}.00", f"2026-0{1 + n % 9}-15", leased, "2/4; rare",
            ("Buyer", "Maker")[n % 2], f"v{n}@example.com",
        ])  # fmt: skip
    return out.getvalue().encode()


def ran(office: Company, client: Any, url: str, act: str) -> dict[str, Any]:
    started = send(client, "POST", f"{url}/{act}")
    assert started.status_code == 202, started.content
    run_jobs(office.id)
    found: dict[str, Any] = client.get(url).json()
    return found


def test_ten_thousand_vehicles(north: Company) -> None:
    with north.as_("admin"):
        actions.make_kind({"label": {"en": "Vehicle", "zh-hans": "车辆"}, "labels": {"en": "Vehicles", "zh-hans": "车辆"}})
        for label, type_, told in FIELDS:
            actions.make_field("vehicle", {"label": label, "type": type_, **told})
    for name in ("Buyer", "Maker"):
        north.make("account", {"name": name})
    api, browser = north.api("admin"), north.browser("admin")
    upload = api.post("/api/v1/imports", {"kind": "vehicle", "file": SimpleUploadedFile("vehicles.csv", table())})
    assert upload.status_code == 201, upload.content
    url = upload["Location"]
    assert all(one["field"] for one in upload.json()["columns"]), "every column finds its field by its label"
    checked = ran(north, api, url, "dry-run")
    assert checked["counts"]["create"] == ROWS, checked["counts"]
    done = ran(north, api, url, "run")
    assert done["state"] == "done" and done["counts"]["create"] == ROWS, done

    asked = {"filter": "fuel = electric and mileage > 990 and keeper.name = Buyer", "sort": "-mileage", "limit": 200}
    electric = api.get("/api/v1/vehicles", asked)
    wanted = [n for n in range(ROWS) if n % 4 == 0 and n * 7 % 1000 > 990 and n % 2 == 0]
    assert len(electric.json()["items"]) == len(wanted) > 0
    assert [one["mileage"] for one in electric.json()["items"]] == sorted((n * 7 % 1000 for n in wanted), reverse=True)
    groups = browser.get("/vehicles/", {"group": "fuel"}).content.decode()
    assert "7,500" in groups and "2,500" in groups

    started = send(api, "POST", "/api/v1/exports", {"kind": "vehicle", "format": "csv", "filter": "fuel = electric"})
    run_jobs(north.id)
    file = api.get(f"{started['Location']}/file")
    out = b"".join(file.streaming_content)
    file.close()
    lines = list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"))))
    assert len(lines) == 2_500 and lines[0]["Tags"] == "2/4; rare" and {one["Fuel"] for one in lines} == {"Electric"}

    changed = send(api, "POST", "/api/v1/vehicles/bulk/change", {"filter": "mileage < 50", "values": {"fuel": "electric", "leased": None}})
    assert changed.status_code in (200, 202), changed.content
    run_jobs(north.id)
    after = api.get("/api/v1/vehicles", {"filter": "mileage < 50 and fuel = diesel", "limit": 1}).json()["items"]
    assert after == []
    undone = ran(north, api, url, "undo")
    assert undone["state"] == "undone", undone
    left = api.get("/api/v1/vehicles", {"limit": 200, "filter": "mileage >= 50"}).json()["items"]
    assert left == [], "what nobody changed since is in the bin again"
