"""Out and in again: the new workspace is the old one, but for its ids; and by its own doors nobody could tell them apart."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crm.kernel.archive import left_out
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.archive.tables import all_tables, left_out_tables
from crm.kernel.archive.tests.comparing import forward, told
from crm.kernel.audit import sealing
from crm.kernel.audit.models import AuditEntry, AuditSeal
from crm.kernel.entity.registry import registry
from crm.kernel.records.tests.test_past import moment_of
from crm.kernel.tenancy.enforce import tenant_models
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs
from tests.api.stock import Stocked
from tests.whole.house import PICTURE, TYPED, filled, into, known_as, out, renamed, send


@dataclass
class Pair:
    """The house, its twin under new ids, and both archives."""

    stock: Stocked
    twin: Company
    ids: dict[str, str]
    new: Callable[[str], str]
    first: Path
    second: Path
    then: str


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("whole")
    stock, ids = filled("House")
    house = stock.company
    then = moment_of(house).isoformat()
    send(stock.api("ada"), "PATCH", f"/api/v1/accounts/{ids['account']}", {"website": "https://late.example"})
    run_jobs(house.id)
    out(house.id, folder / "first.zip")
    taken = into(folder / "first.zip", f"twin-{house.slug[-10:]}")
    assert not taken.kept and taken.people == 5 and not taken.passwords
    out(taken.workspace_id, folder / "second.zip")
    twin = known_as(taken.workspace_id)
    return Pair(stock, twin, ids, renamed(house.id, twin.id), folder / "first.zip", folder / "second.zip", then)


def _both_archives_hold_the_same(pair: Pair) -> None:
    house = pair.stock.company
    first, second = told(pair.first, forward(house.id, pair.twin.id, TYPED)), told(pair.second, lambda text: text)
    assert first.keys() == second.keys()
    for name in first:
        assert first[name] == second[name], name
    filled_tables = {name for name, lines in first.items() if name.startswith("rows/") and lines}
    wanted = "account file share saved_view custom_record custom_field change_set import_run import_row file_text".split()
    assert filled_tables >= {f"rows/{name}.jsonl" for name in wanted}
    assert any(name.startswith("imports/") for name in first) and any(name.startswith("files/") for name in first)
    assert any("沪A 12345" in line for line in first["readable/vehicles.csv"])


def both(pair: Pair, who: str) -> tuple[Any, Any]:
    return pair.stock.api(who), pair.twin.api(who)


def answered(client: Any, url: str) -> list[Any]:
    """[status, body]"""
    answer = client.get(url)
    return [answer.status_code, answer.json() if answer.status_code == 200 else None]


def _everybody_sees_the_same_lists(pair: Pair, who: str) -> None:
    """All kinds, whole pages: so rights of rows and of fields are the same, too."""
    old, new = both(pair, who)
    form = forward(pair.stock.company.id, pair.twin.id, TYPED)
    with pair.stock.company.as_("admin"):
        plurals = [entity.plural for entity in registry.all()]
    seen = 0
    for plural in plurals:
        mine, theirs = answered(old, f"/api/v1/{plural}?limit=100"), answered(new, f"/api/v1/{plural}?limit=100")
        assert json.loads(form(json.dumps(mine))) == theirs, plural
        seen += len((theirs[1] or {}).get("items", ()))
    assert seen > 3


def _search_duplicates_past_and_files_answer_the_same(pair: Pair) -> None:
    old, new = both(pair, "ada")
    form = forward(pair.stock.company.id, pair.twin.id, TYPED)
    account = pair.ids["account"]

    def same(url: str, least: int = 1) -> Any:
        mine, theirs = answered(old, url), answered(new, form(url))
        told_by = [json.loads(form(json.dumps(mine))), theirs]
        assert told_by[0] == told_by[1] and theirs[0] == 200, url
        return theirs[1]

    assert [hit["id"] for hit in same("/api/v1/search?q=%E7%9B%88%E6%99%9F")["items"]] != []
    assert same("/api/v1/search?q=%E8%8D%A7%E5%85%89")["items"], "a word inside a file"
    assert same(f"/api/v1/accounts/{account}?as_of={pair.then.replace('+', '%2B')}")["website"] is None
    assert same(f"/api/v1/accounts/{account}")["website"] == "https://late.example"
    assert len(same(f"/api/v1/accounts/{account}/history")["items"]) > 2
    asked = {"name": "上海盈晟标牌集团", "phone": "021 6488 2107"}
    found = [send(client, "POST", "/api/v1/accounts/duplicates", asked) for client in (old, new)]
    assert json.loads(form(json.dumps(found[0]))) == found[1] and found[1]["items"]
    answer = new.get(f"/api/v1/files/{pair.new(pair.ids['picture'])}")
    assert b"".join(answer.streaming_content) == PICTURE


def _the_log_is_sound_and_says_where_it_came_from(pair: Pair) -> None:
    with pair.twin.as_kith():
        sealing.seal()
    with pair.twin.as_kith():
        found = sealing.verify()
        assert found.sound and found.entries > 100
        origin = AuditSeal.objects.get(rule__has_key="taken in").rule
        assert AuditEntry.objects.filter(table_name="archive_run", op="I").count() == 1, "the import is an act in the log"
        run = ArchiveRun.objects.get()
    assert origin and origin["taken in"]["workspace"] == str(pair.stock.company.id) and run.inward and run.origin == origin["taken in"]
    with pair.stock.company.as_kith():
        assert origin["taken in"]["digest"] in {bytes(seal.digest).hex() for seal in AuditSeal.objects.all()}
    with zipfile.ZipFile(pair.first) as packed:
        assert json.loads(packed.read("manifest.json"))["seal"] == origin["taken in"]["digest"]


def _the_application_cannot_write_into_a_log_that_exists(pair: Pair) -> None:
    for statement in (
        "SELECT kith_intake_audit('[]', '[]')", "SELECT kith_intake_end('[]', '{}', 10)", "SELECT kith_intake_begin()",
        "INSERT INTO archive_intake VALUES (kith_workspace(), pg_current_xact_id()::text::bigint)",
    ):  # fmt: skip
        with pytest.raises(Exception, match="no workspace is being made|there already|permission denied"), pair.twin.as_kith():
            connection.cursor().execute(statement)
    with pair.twin.as_("admin"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kith.intake', 'on', true)")
        before = AuditEntry.objects.count()
        cursor.execute("UPDATE account SET name = name || '!' WHERE deleted_at IS NULL")
        assert AuditEntry.objects.count() > before, "a setting alone does not keep changes out of the log"
        cursor.execute("UPDATE account SET name = rtrim(name, '!')")


def _acts_of_the_old_workspace_are_undone_in_the_new_one(pair: Pair) -> None:
    new, act = pair.twin.api("ada"), pair.new(pair.ids["act"])
    account = pair.new(pair.ids["account"])
    assert answered(new, f"/api/v1/accounts/{account}")[1]["industry"] == "Signs"
    send(new, "POST", f"/api/v1/acts/{act}/undo")
    assert answered(new, f"/api/v1/accounts/{account}")[1]["industry"] in ("", None)
    assert answered(pair.stock.api("ada"), f"/api/v1/accounts/{pair.ids['account']}")[1]["industry"] == "Signs", "the old one is as it was"
    admin = pair.twin.api("admin")
    undone = admin.post(f"/api/v1/imports/{pair.new(pair.ids['import'])}/undo", content_type="application/json")
    assert undone.status_code in (200, 202), undone.content
    run_jobs(pair.twin.id)
    assert answered(admin, f"/api/v1/imports/{pair.new(pair.ids['import'])}")[1]["state"] == "undone"
    send(admin, "POST", f"/api/v1/accounts/{pair.new(pair.ids['bin'])}/restore")


def test_out_and_in_again(pair: Pair) -> None:
    """One after the other: the last ones change the new workspace."""
    _both_archives_hold_the_same(pair)
    for who in ("admin", "ada", "cleo", "vi"):
        _everybody_sees_the_same_lists(pair, who)
    _search_duplicates_past_and_files_answer_the_same(pair)
    _the_log_is_sound_and_says_where_it_came_from(pair)
    _the_application_cannot_write_into_a_log_that_exists(pair)
    _acts_of_the_old_workspace_are_undone_in_the_new_one(pair)


def test_every_table_is_in_or_left_out_with_a_reason() -> None:
    named = {model._meta.db_table for model in tenant_models()}
    inside = {table.name: table for table in all_tables(passwords=False)}
    out = left_out_tables()
    assert set(out) <= named and inside.keys() == named - set(out) and all(map(str, out.values()))
    assert {"webhook", "webhook_secret"} <= set(out), "a copy of a company does not call in its name"
    for model in tenant_models():
        table = inside.get(model._meta.db_table)
        if table is None:
            continue
        columns = {str(field.column) for field in model._meta.concrete_fields} - {"workspace_id"}
        reasons = {column for name, column in (*left_out.COLUMNS, left_out.PASSWORD) if name == table.name}
        assert columns - table.columns.keys() == reasons | table.links_out, table.name
        empty = {str(field.column) for field in model._meta.concrete_fields if field.null}
        assert table.links_out <= empty, "a link to what is left out may be empty"
        assert "tsvector" not in table.columns.values(), table.name
