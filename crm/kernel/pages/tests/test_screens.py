"""The generic screens over HTTP: what each shows, what it changes, and what it refuses."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.files.queries import files_of
from crm.kernel.records import writing
from crm.kernel.testing.cast import Company

HTMX = {"HX-Request": "true"}


def kind(name: str) -> Entity[Any]:
    found = registry.kind(name)
    assert found is not None
    return found


def account(company: Company, name: str = "Harbour & Vale", by: str = "ada", **values: Any) -> Any:
    with company.as_(by):
        return writing.create(kind("account"), {"name": name, **values})


def now_of(company: Company, record: Any) -> Any:
    with company.as_("admin"):
        return type(record)._default_manager.get(pk=record.pk)


def toast_of(response: Any) -> dict[str, Any]:
    raw = response.headers.get("HX-Trigger")
    return json.loads(raw)["toast"] if raw and "toast" in raw else json.loads(response.cookies["kith_said"].value)


def test_every_kind_has_its_screens_without_an_inline_style_or_script(north: Company) -> None:
    client = north.browser("admin")
    for entity in registry.all():
        paths = [f"/{entity.plural}/", *([f"/{entity.plural}/board"] if entity.board else [])]
        with north.as_("admin") as actor:
            if policy_for(entity).may(actor, "create"):
                paths.append(f"/{entity.plural}/new")
        for path in paths:
            page = client.get(path)
            text = page.content.decode()
            assert page.status_code == 200, (path, page.status_code)
            assert not re.search(r"\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", text), path


@pytest.mark.parametrize("language,tag", [("en", "en"), ("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant")])
def test_the_page_says_its_language(north: Company, language: str, tag: str) -> None:
    client = north.browser("ada")
    assert client.post("/preferences", {"language": language, "theme": "dark"}).status_code == 204
    page = client.get("/accounts/").content.decode()
    assert f'<html lang="{tag}" data-theme="dark"' in page


def test_an_unknown_preference_is_refused(north: Company) -> None:
    assert north.browser("ada").post("/preferences", {"theme": "pink"}).status_code == 422


def test_a_record_is_made_in_the_dialog_and_can_be_undone(north: Company) -> None:
    client = north.browser("ada")
    assert b"<dialog" in client.get("/accounts/new", headers=HTMX).content
    made = client.post("/accounts/new", {"name": "Northgate Transit"}, headers=HTMX)
    assert made.status_code == 204 and made["HX-Redirect"].startswith("/accounts/")
    page = client.get(made["HX-Redirect"])
    assert page.status_code == 200 and b"Northgate Transit" in page.content
    undone = client.post(toast_of(made)["undo"], headers=HTMX)
    assert undone.status_code == 204 and client.get(made["HX-Redirect"]).status_code == 404


def test_what_was_typed_stays_beside_what_was_wrong(north: Company) -> None:
    page = north.browser("ada").post("/accounts/new", {"name": "", "email": "not a mail", "phone": "1"})
    text = page.content.decode()
    assert page.status_code == 422 and 'value="not a mail"' in text and text.count('class="err"') >= 2


def test_one_cell_is_edited_and_undone(north: Company) -> None:
    record = account(north, industry="Signs")
    client, where = north.browser("ada"), f"/accounts/{record.pk}/cell/industry"
    assert b'value="Signs"' in client.get(where, headers=HTMX).content
    saved = client.post(where, {"industry": "Print", "version": "1"}, headers=HTMX)
    assert saved.status_code == 200 and b"Print" in saved.content and now_of(north, record).industry == "Print"
    client.post(toast_of(saved)["undo"], headers=HTMX)
    assert now_of(north, record).industry == "Signs"
    refused = client.post(where, {"industry": "x" * 300, "version": "3"}, headers=HTMX)
    assert refused.status_code == 422 and b'class="err"' in refused.content


def test_two_people_see_both_values_and_nothing_is_lost(north: Company) -> None:
    record = account(north, industry="Signs")
    boss, client, where = north.browser("bo"), north.browser("ada"), f"/accounts/{record.pk}/edit"
    first = boss.post(where, {"name": record.name, "industry": "Print", "version": "1"})
    assert first.status_code == 302
    clash = client.post(where, {"name": record.name, "industry": "Paint", "version": "1"})
    text = clash.content.decode()
    assert clash.status_code == 409 and "Print" in text and "Paint" in text and 'name="take:industry"' in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None and now_of(north, record).industry == "Print"
    kept = {"name": record.name, "industry": "Paint", "version": version[1]}
    assert client.post(where, kept | {"take:industry": "theirs"}).status_code == 302
    assert now_of(north, record).industry == "Print"
    assert client.post(where, kept | {"take:industry": "mine"}).status_code == 302
    assert now_of(north, record).industry == "Paint"


def test_bulk_shows_what_it_would_do_and_can_be_undone(north: Company) -> None:
    records = [account(north, f"Firm {n}", industry="Signs") for n in range(3)]
    client, ids = north.browser("ada"), [str(one.pk) for one in records]
    asked = client.post("/accounts/bulk", {"act": "change", "field": "industry", "ids": ids}, headers=HTMX)
    assert asked.status_code == 200 and b"Change 3 records" in asked.content
    done = client.post("/accounts/bulk/apply", {"act": "change", "industry": "Print", "ids": ids}, headers=HTMX)
    assert done.status_code == 204 and {now_of(north, one).industry for one in records} == {"Print"}
    client.post(toast_of(done)["undo"], headers=HTMX)
    assert {now_of(north, one).industry for one in records} == {"Signs"}


def test_the_whole_view_is_put_into_the_bin_and_back(north: Company) -> None:
    records = [account(north, f"Gone {n}", by="admin", industry="Signs") for n in range(3)]
    client = north.browser("admin")
    given = {"act": "delete", "whole": "yes", "view": urlencode({"filter": "name ^ gone"})}
    assert client.post("/accounts/bulk/apply", given, headers=HTMX).status_code == 204
    assert all(now_of(north, one).deleted_at for one in records)
    assert b"Gone 1" in client.get("/bin/?kind=account").content
    assert client.post(f"/bin/{records[1].pk}/restore").status_code == 302
    assert now_of(north, records[1]).deleted_at is None


def test_a_filter_becomes_chips_and_a_wrong_one_is_explained(north: Company) -> None:
    account(north, "Calder Museum", industry="Museum")
    account(north, "Fenwick Shop", industry="Retail")
    client = north.browser("ada")
    text = client.get("/accounts/?" + urlencode({"filter": "industry = museum"})).content.decode()
    assert "Calder Museum" in text and "Fenwick Shop" not in text and 'class="fchip"' in text
    broken = client.get("/accounts/?" + urlencode({"filter": "industry ="}))
    assert broken.status_code == 200 and b'role="alert"' in broken.content
    rows = json.dumps({"mode": "all", "rows": [{"field": "industry", "operator": "is", "value": "museum"}]})
    sent = client.post("/accounts/filter", {"result": rows})
    assert sent.status_code == 302 and "filter=industry+%3D+museum" in sent["Location"]


def test_the_columns_are_each_persons_own(north: Company) -> None:
    client = north.browser("ada")
    assert client.post("/accounts/columns", {"columns": ["website", "industry"]}).status_code == 204
    account(north)
    heads = re.findall(r'<th scope="col"[^>]*class="p\d[^>]*>.*?</th>', client.get("/accounts/").content.decode(), re.S)
    assert len(heads) == 2
    assert client.post("/accounts/columns", {"act": "reset"}).status_code == 204


def test_pages_go_on_and_back_by_key(north: Company) -> None:
    with north.as_("ada"):
        writing.create_many(kind("account"), [{"name": f"Firm {n:03}"} for n in range(60)])
    client = north.browser("ada")
    first = client.get("/accounts/").content.decode()
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert "Firm 000" in first and "Firm 055" not in first and "60 records" in first and onward is not None
    second = client.get("/accounts/" + onward[1].replace("&amp;", "&")).content.decode()
    assert "Firm 055" in second and 'rel="prev"' in second


def test_a_card_is_moved_and_the_heads_follow(north: Company) -> None:
    client = north.browser("admin")
    made = client.post("/opportunities/new", {"name": "Platform signs", "amount": "1200"}, headers=HTMX)
    pk = made["HX-Redirect"].split("/")[2]
    board = client.get("/opportunities/board").content.decode()
    columns = re.findall(r'data-column="([^"]+)"', board)
    assert "Platform signs" in board and len(columns) > 2
    moved = client.post(f"/opportunities/{pk}/move", {"value": columns[1], "version": "1"}, headers=HTMX)
    assert moved.status_code == 200 and moved.json()["version"] == 2
    assert {one["value"] for one in moved.json()["columns"]} == {columns[0], columns[1]}
    stale = client.post(f"/opportunities/{pk}/move", {"value": columns[2], "version": "1"}, headers=HTMX)
    assert stale.status_code == 409


def test_files_hang_on_a_record(north: Company) -> None:
    record = account(north)
    client, where = north.browser("ada"), f"/accounts/{record.pk}"
    sent = client.post(f"{where}/files", {"file": SimpleUploadedFile("offer.txt", b"hello")}, headers=HTMX)
    assert sent.status_code == 200 and b"offer.txt" in sent.content
    assert client.post(f"{where}/files", {}, headers=HTMX).status_code == 422
    assert b"offer.txt" in client.get(f"{where}/tab/files", headers=HTMX).content


def test_the_history_tells_who_changed_what(north: Company) -> None:
    record = account(north, industry="Signs")
    with north.as_("bo"):
        writing.change(kind("account"), record.pk, {"industry": "Print"})
    text = north.browser("ada").get(f"/accounts/{record.pk}/tab/history", headers=HTMX).content.decode()
    assert "Signs" in text and "Print" in text and north.people["bo"].name in text


def test_another_company_is_not_there(north: Company, south: Company) -> None:
    record, stranger = account(north), south.browser("admin")
    for path in ("", "edit", "drawer", "tab/timeline", "cell/industry"):
        assert stranger.get(f"/accounts/{record.pk}/{path}").status_code == 404, path
    for path, values in (("edit", {"industry": "x"}), ("delete", {}), ("cell/industry", {"industry": "x"})):
        assert stranger.post(f"/accounts/{record.pk}/{path}", values).status_code == 404, path
    assert stranger.get(f"/go/{record.pk}").status_code == 404
    assert now_of(north, record).version == 1


def test_who_may_only_look_changes_nothing(north: Company) -> None:
    record, viewer = account(north, by="admin"), north.browser("vi")
    assert viewer.get("/accounts/new").status_code == 403
    assert viewer.post("/accounts/bulk", {"act": "delete", "ids": [str(record.pk)]}, headers=HTMX).status_code == 403
    assert viewer.post(f"/accounts/{record.pk}/cell/industry", {"industry": "x"}).status_code in (403, 404)
    assert now_of(north, record).version == 1


def test_refusals_are_pages_and_toasts(north: Company) -> None:
    client = north.browser("ada")
    page = client.get("/accounts/00000000-0000-7000-8000-000000000000/")
    assert page.status_code == 404 and b'class="app"' in page.content
    part = client.get("/accounts/00000000-0000-7000-8000-000000000000/drawer", headers=HTMX)
    assert part.status_code == 404 and toast_of(part)["tone"] == "bad"


def test_own_pages_answer(north: Company) -> None:
    client = north.browser("ada")
    for path in ("/", "/bin/", "/notices", "/keys", "/palette", "/lookup/people?q=b", "/find?q=a", "/unread"):
        assert client.get(path).status_code == 200, path
    assert client.get("/unread").json()["unread"] == 0
    assert client.get("/lookup/people?q=").json()["items"]


def test_before_signing_in_there_is_nothing(north: Company) -> None:
    for path in ("/", "/accounts/", "/bin/", "/palette"):
        assert Client().get(path).status_code == 302


def test_the_tab_of_files_tells_how_many_there_are_after_each_change(north: Company) -> None:
    made = north.make("account", {"name": "Harbour"}, by="ada")
    ada, url = north.browser("ada"), f"/accounts/{made.pk}"
    assert '<span class="count" id="count-files" hidden>' in ada.get(f"{url}/").content.decode()
    told = ada.post(f"{url}/files", {"file": SimpleUploadedFile("a.txt", b"jasper")}).content.decode()
    assert '<span class="count" id="count-files" hx-swap-oob="true">1</span>' in told
    assert '<span class="count" id="count-files">1</span>' in ada.get(f"{url}/").content.decode()
    with north.as_("ada"):
        (row,) = files_of(made.pk)
    told = ada.post(f"{url}/files/{row.pk}/remove").content.decode()
    assert '<span class="count" id="count-files" hx-swap-oob="true" hidden>0</span>' in told
