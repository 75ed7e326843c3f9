"""Imports end to end: upload, map, dry run, import, undo."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.models import ImportRow, ImportRun, Outcome
from crm.kernel.queue.runner import run_task
from crm.kernel.records import writing
from crm.kernel.tenancy import bulk
from crm.kernel.testing.cast import Company

pytestmark = pytest.mark.usefixtures("north")


def account() -> Any:
    found = registry.kind("account")
    assert found is not None
    return found


def contact() -> Any:
    found = registry.kind("contact")
    assert found is not None
    return found


class Workbench:
    """One person's imports, each step in a transaction of its own, jobs run at once."""

    def __init__(self, company: Company, who: str = "admin") -> None:
        self.company, self.who = company, who
        self.run: ImportRun

    def upload(self, entity: Any, text: str | bytes, name: str = "file.csv") -> ImportRun:
        data = text if isinstance(text, bytes) else text.encode()
        with self.company.as_(self.who):
            self.run = actions.start_import(entity, name, [data])
        return self.run

    def map(self, changed: dict[str, str | None] | None = None, **options: Any) -> ImportRun:
        with self.company.as_(self.who):
            run = queries.import_run(self.run.pk)
            self.run = actions.map_columns(run, run.mapping | (changed or {}), run.options | options)
        return self.run

    def job(self, act: Callable[[ImportRun], ImportRun]) -> ImportRun:
        with self.company.as_(self.who):
            task = act(queries.import_run(self.run.pk)).task_id
        assert task is not None
        run_task(self.company.id, task, lambda: False)
        with self.company.as_(self.who):
            self.run = queries.import_run(self.run.pk)
        assert self.run.state != "failed", self.run.error
        return self.run

    def dry(self) -> dict[str, int]:
        return counts(self.job(actions.dry_run))

    def go(self) -> dict[str, int]:
        return counts(self.job(actions.run_import))

    def undo(self) -> dict[str, int]:
        return self.job(actions.undo_import).undo_counts


def counts(run: ImportRun) -> dict[str, int]:
    return {name: run.counts[name] for name in ("create", "update", "same", "reject")}


def names(company: Company, entity: Any) -> set[str]:
    with company.as_("admin"):
        return set(entity.model.objects.filter(deleted_at=None).values_list("name", flat=True))


FILE = """公司名称,城市,联系电话,客户编号,备注
上海盈晟标牌有限公司,上海,021-64882107,C007,2/4
深圳华瓷股份有限公司,深圳,0755-26710000,C008,=1+1
,北京,,C009,no name
"""


def test_a_chinese_file_goes_in_and_out_again(north: Company) -> None:
    bench = Workbench(north)
    run = bench.upload(account(), FILE.encode("gbk"), "C:\\客户\\华东.csv")
    assert (run.name, run.file_shape.rows, run.state) == ("华东.csv", 3, "uploaded")
    assert run.mapping["公司名称"] == "name"
    assert run.mapping["联系电话"] == "phone"
    assert run.options["key"] == "external_id"
    bench.map()
    assert bench.dry() == {"create": 2, "update": 0, "same": 0, "reject": 1}
    assert names(north, account()) == set()
    assert bench.run.counts["reasons"][0]["row"] == 4
    assert bench.go() == {"create": 2, "update": 0, "same": 0, "reject": 1}
    with north.as_("admin"):
        made = account().model.objects.get(external_id="C007")
        assert (made.name, made.phone, made.description) == ("上海盈晟标牌有限公司", "+862164882107", "2/4")
        rejects = actions.rejects_file(bench.run).read_text("utf-8-sig").splitlines()
    assert rejects[0].startswith("公司名称,城市,联系电话,客户编号,备注,")
    assert rejects[1].startswith(",北京,,C009,no name,Name: ")
    assert bench.undo() == {"back": 2, "kept": 0, "gone": 0}
    assert names(north, account()) == set()


def test_existing_records_are_changed_and_set_back(north: Company) -> None:
    old = north.make("account", {"name": "Alpha", "external_id": "A1", "phone": "+862164882107", "address_city": "Wuhan"})
    north.make("account", {"name": "Beta", "external_id": "B1"})
    bench = Workbench(north)
    bench.upload(account(), "Customer number,Name,City,Annual revenue\nA1,Alpha Ltd,Shanghai,1200.50\nB1,Beta,,\nC1,Gamma,,\n")
    bench.map(key="external_id")
    assert bench.dry() == {"create": 1, "update": 1, "same": 1, "reject": 0}
    assert bench.go() == {"create": 1, "update": 1, "same": 1, "reject": 0}
    assert names(north, account()) == {"Alpha Ltd", "Beta", "Gamma"}
    with north.as_("admin"):
        writing.change(account(), account().model.objects.get(name="Gamma").pk, {"description": "mine"})
    assert bench.undo() == {"back": 1, "kept": 1, "gone": 0}
    assert names(north, account()) == {"Alpha", "Beta", "Gamma"}
    with north.as_("admin"):
        back = account().model.objects.get(pk=old.pk)
        assert (back.name, back.address_city, back.annual_revenue, back.phone) == (
            "Alpha",
            "Wuhan",
            None,
            "+862164882107",
        )
        assert [row.number for row in queries.kept(bench.run)] == [4]


def test_links_are_found_by_name_and_the_missing_is_decided(north: Company) -> None:
    known = north.make("account", {"name": "Known GmbH"})
    for _twin in range(2):
        north.make("account", {"name": "Twin"})
    text = "Full name,Company,Owner\nLi Na,KNOWN  gmbh,Ada Whitfield\nBob Ray,Twin,\nEve Poe,New Inc,nobody\n"
    bench = Workbench(north)
    bench.upload(contact(), text)
    assert bench.run.mapping == {"Full name": "name", "Company": "account", "Owner": "owner"}
    bench.map()
    assert bench.dry() == {"create": 1, "update": 0, "same": 0, "reject": 2}
    with north.as_("admin"):
        said = [" ".join(row.reasons) for row in queries.rejected(bench.run)]
    assert "several are called “Twin”" in said[0] and "there is no Account called “New Inc”" in said[1]
    bench.map(missing={"account": "create"})
    assert bench.dry() == {"create": 2, "update": 0, "same": 0, "reject": 1}
    assert "New Inc" not in names(north, account())
    assert bench.go()["create"] == 2
    with north.as_("admin"):
        li = contact().model.objects.get(name="Li Na")
        assert (li.account_id, li.owner_id) == (known.pk, north.people["ada"].pk)
        assert contact().model.objects.get(name="Eve Poe").account.name == "New Inc"
    assert bench.run.notes == {"Owner is not known: the new records are yours": 1}
    assert bench.undo() == {"back": 3, "kept": 0, "gone": 0}
    assert "New Inc" not in names(north, account())


def test_rows_of_one_file_may_link_to_each_other(north: Company) -> None:
    bench = Workbench(north)
    bench.upload(account(), "name,subsidiary of\nChild,Parent\nParent,\nOrphan,Nobody\n")
    bench.map({"subsidiary of": "parent"}, key=None)
    assert bench.dry() == {"create": 2, "update": 0, "same": 0, "reject": 1}
    bench.go()
    with north.as_("admin"):
        assert account().model.objects.get(name="Child").parent.name == "Parent"
    assert bench.undo() == {"back": 2, "kept": 0, "gone": 0}


def test_twice_the_same_key_in_a_file_is_said_by_row(north: Company) -> None:
    bench = Workbench(north)
    bench.upload(account(), "name,customer id\nA,1\nB,1\nC,2\n")
    bench.map(key="external_id")
    assert bench.dry() == {"create": 2, "update": 0, "same": 0, "reject": 1}
    with north.as_("admin"):
        assert "“1” stands in row “2” of this file too" in queries.rejected(bench.run)[0].reasons[0]


def test_the_original_time_of_creation_is_kept(north: Company) -> None:
    bench = Workbench(north)
    bench.upload(account(), "name,created at\nOld,2019-02-04 09:30\n")
    assert bench.run.mapping["created at"] == "created_at"
    bench.map()
    bench.go()
    with north.as_("admin"):
        assert account().model.objects.get(name="Old").created_at.isoformat() == "2019-02-04T01:30:00+00:00"


def test_values_are_mapped_and_filled(north: Company) -> None:
    bench = Workbench(north)
    bench.upload(account(), "company,state\nA,alt\nB,neu\n")
    bench.map(
        {"state": "description"},
        values={"description": {"alt": "old"}},
        fill={"other_name": "{company} of {state}"},
        key=None,
    )
    bench.go()
    with north.as_("admin"):
        rows = account().model.objects.order_by("name").values_list("name", "description", "other_name")
        assert list(rows) == [("A", "old", "A of alt"), ("B", "neu", "B of neu")]


def test_a_job_cut_off_goes_on_without_a_row_twice_or_lost(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(north)
    bench.upload(account(), "name\n" + "".join(f"Firm {n:04}\n" for n in range(1200)))
    bench.map(key=None)
    with north.as_("admin"):
        task = actions.run_import(queries.import_run(bench.run.pk)).task_id
    calls = {"left": 3}

    def stopping() -> bool:
        calls["left"] -= 1
        return calls["left"] < 0

    assert task is not None
    with pytest.raises(Exception, match="again"):
        run_task(north.id, task, stopping)
    assert 0 < len(names(north, account())) < 1200
    run_task(north.id, task, lambda: False)
    with north.as_("admin"):
        assert account().model.objects.count() == 1200
        assert ImportRow.objects.filter(run_id=bench.run.pk, outcome=Outcome.CREATE).count() == 1200
        assert queries.import_run(bench.run.pk).state == "done"


def test_a_row_that_the_database_refuses_holds_up_no_other(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    write = bulk.insert

    def refusing(model: Any, rows: Any) -> None:
        write(model, rows)
        if any(getattr(row, "name", "") == "Firm 0777" for row in rows):
            connection.cursor().execute("SELECT 1 / 0")

    monkeypatch.setattr(bulk, "insert", refusing)
    bench = Workbench(north)
    bench.upload(account(), "name,customer id\n" + "".join(f"Firm {n:04},K{n}\n" for n in range(1200)))
    bench.map(key="external_id")
    found = bench.go()
    assert (found["create"], found["reject"]) == (1199, 1)
    with north.as_("admin"):
        bad = ImportRow.objects.get(run_id=bench.run.pk, outcome=Outcome.REJECT)
        assert (bad.number, bad.reasons) == (779, ["The database could not keep this row."])
        assert account().model.objects.count() == 1199
        assert AuditEntry.objects.filter(table_name="account", op="I").count() == 1199


def test_who_may_not_import_is_refused(north: Company, south: Company) -> None:
    with north.as_("vi"), pytest.raises(Exception, match="do not allow"):
        actions.start_import(account(), "a.csv", [b"name\nA\n"])
    bench = Workbench(north)
    bench.upload(account(), "name\nA\n")
    with south.as_("admin"), pytest.raises(Exception, match="no such record"):
        queries.import_run(bench.run.pk)


def test_hostile_cells_are_kept_or_refused_and_never_break_the_run(north: Company) -> None:
    cells = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eevil", "😀 Ltd", "a" * 5000, "x\x00y"]
    bench = Workbench(north)
    bench.upload(account(), "name,no\n" + "".join(f"{cell},{n}\n" for n, cell in enumerate(cells)))
    bench.map({"no": None}, key=None)
    found = bench.go()
    assert found["create"] + found["reject"] == len(cells)
    assert found["reject"] >= 2
    assert "=cmd|' /C calc'!A0" in names(north, account())


@pytest.mark.parametrize(
    "options",
    [
        {"key": 5}, {"only": "x"}, {"missing": {"parent": 3}}, {"values": {"name": 5}}, {"fill": {"name": ["x"]}},
        {"fill": {"name": "a\x00b"}}, {"date_order": "dd"}, {"overwrite_empty": "yes"}, {"no_such": 1}, {"key": "phone"},
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_named(north: Company, options: dict[str, Any]) -> None:
    bench = Workbench(north)
    bench.upload(account(), "name\nA\n")
    with pytest.raises(Wrong):
        bench.map(**options)


@pytest.mark.parametrize(
    "way",
    [{"sheet": "x"}, {"header_row": -1}, {"header_row": 10**9}, {"encoding": "rot13"}, {"delimiter": ""}, {"delimiter": ",,"}],
)
def test_ways_of_reading_that_cannot_be_are_named(north: Company, way: dict[str, Any]) -> None:
    bench = Workbench(north)
    bench.upload(account(), "name\nA\n")
    with north.as_("admin"), pytest.raises(Wrong):
        actions.read_again(bench.run, **way)


def test_a_dry_run_says_which_new_rows_look_like_stored_records(north: Company) -> None:
    north.make("account", {"name": "上海盈晟标牌有限公司", "phone": "+862164882107"}, by="admin")
    north.make("account", {"name": "Harbour Foods Ltd", "tax_id": "91310000132212766M"}, by="admin")
    bench = Workbench(north)
    rows = ("公司名称,联系电话,税号", "上海盈晟標牌公司,,", "Harbor Trading,,91310000132212766M", "上海盈胜标牌有限公司,,", "Else,,")
    bench.upload(account(), "\n".join(rows))
    bench.map(key=None)
    assert bench.dry() == {"create": 4, "update": 0, "same": 0, "reject": 0}
    said = bench.run.counts
    assert said["similar"] == 2, "exact keys only: a misspelt name alone is not looked for"
    assert [one["row"] for one in said["similar_rows"]] == [2, 3]
    assert said["similar_rows"][1]["text"] == "Looks like “Harbour Foods Ltd” (The same tax number)"
    assert bench.go()["create"] == 4, "nothing is held up by it"
    assert bench.run.counts["similar"] == 0
