"""The workbench in the browser, step by step."""

import html
import io
import re

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.kernel.entity.registry import registry
from crm.kernel.exchange.models import ExportRun, ImportRun
from crm.kernel.queue.runner import run_task
from crm.kernel.testing.cast import Company


def upload(client: Client, content: bytes, name: str = "客户.csv", kind: str = "account") -> str:
    answer = client.post("/import/", {"kind": kind, "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return str(answer.headers["Location"])


def work(company: Company, model: type[ImportRun] | type[ExportRun]) -> None:
    with company.as_("admin"):
        task = model.objects.order_by("-created_at").values_list("task_id", flat=True)[0]
    assert task is not None
    run_task(company.id, task, lambda: False)


def form_of(page: str) -> dict[str, list[str]]:
    """The mapping form as a browser would send it."""
    form = page[page.index('id="map"') : page.index("</form>", page.index('id="map"'))]
    sent: dict[str, list[str]] = {}
    for match in re.finditer(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">|<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>',
        form,
        re.S,
    ):
        if match[1] and match[1] != "csrfmiddlewaretoken":
            sent.setdefault(match[1], []).append(match[2])
        elif match[3]:
            chosen = re.search(r'<option value="([^"]*)" selected', match[4])
            sent.setdefault(match[3], []).append(chosen[1] if chosen else "")
    return sent


def test_upload_map_dry_run_import_and_undo(north: Company) -> None:
    client = north.browser("admin")
    assert client.get("/import/?kind=account").status_code == 200
    place = upload(client, "公司名称,城市,等级\n上海公司,上海,A\n,北京,B\n".encode("gb18030"))
    page = client.get(place).content.decode()
    assert "公司名称" in page and "上海公司" in page
    sent = form_of(page)
    assert sent["column"] == ["公司名称", "城市", "等级"] and sent["field"][:2] == ["name", "address_city"]
    assert client.post(f"{place}/map", sent).status_code == 302
    assert "hx-trigger" in client.get(place).content.decode()
    assert client.get(f"{place}/progress").status_code == 200
    work(north, ImportRun)
    assert client.get(f"{place}/progress").headers["HX-Refresh"] == "true"
    page = client.get(place).content.decode()
    assert "Import 1 row" in page and "Why 1 row is rejected" in page
    rejects = client.get(f"{place}/rejects?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(rejects.streaming_content))).worksheets[0]  # type: ignore[attr-defined]
    assert [cell.value for cell in sheet[2]][:3] == [None, "北京", "B"]
    assert client.post(f"{place}/run").status_code == 302
    work(north, ImportRun)
    assert "Undo the whole import" in client.get(place).content.decode()
    assert client.post(f"{place}/undo").status_code == 302
    work(north, ImportRun)
    assert "The import was undone" in client.get(place).content.decode()
    account = registry.kind("account")
    assert account is not None
    with north.as_("admin"):
        assert account.model.objects.filter(deleted_at=None).count() == 0


def test_a_file_that_is_no_table_is_refused_on_the_page(north: Company) -> None:
    client = north.browser("admin")
    answer = client.post("/import/", {"kind": "account", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert answer.status_code == 422
    assert "This is a PDF" in answer.content.decode()
    assert client.post("/import/", {"kind": "account"}).status_code == 422
    assert client.post("/import/", {"kind": "nothing"}).status_code == 404


def test_mapping_twice_to_one_field_is_said_beside_the_form(north: Company) -> None:
    client = north.browser("admin")
    place = upload(client, b"a,b\n1,2\n")
    answer = client.post(f"{place}/map", {"column": ["a", "b"], "field": ["name", "name"]})
    assert answer.status_code == 422
    assert "is matched to this field already" in answer.content.decode()


def test_the_file_may_be_read_in_another_way(north: Company) -> None:
    client = north.browser("admin")
    place = upload(client, b"title\nname;city\nA;B\n")
    assert client.post(f"{place}/read", {"header_row": "2", "delimiter": ";"}).status_code == 302
    with north.as_("admin"):
        assert ImportRun.objects.get().file_shape.columns == ("name", "city")
    assert client.post(f"{place}/read", {"encoding": "no-such"}).status_code == 422
    assert client.post(f"{place}/discard").status_code == 302
    assert client.get(place).status_code == 404


def test_the_export_of_a_list_takes_its_filter_and_always_the_name(north: Company) -> None:
    north.make("account", {"name": "Alpha", "industry": "Toys"})
    north.make("account", {"name": "Beta", "industry": "Signs"})
    client = north.browser("admin")
    shown = client.get("/accounts/", {"filter": "industry = Toys", "sort": "-name"}).content.decode()
    address = re.search(r'href="(/export/\?[^"]+)"', shown)
    assert address
    page = client.get(html.unescape(address[1]))
    shown = page.content.decode()
    assert "1 record" in shown and re.search(r'name="columns" value="name"[^>]* checked', shown)


def test_an_export_is_made_and_downloaded(north: Company) -> None:
    north.make("account", {"name": "Alpha", "external_id": "007", "annual_revenue": "1054.50"})
    north.make("account", {"name": "Beta", "description": "=1+1"})
    client = north.browser("admin")
    assert "Make the file" in client.get("/export/?kind=account&sort=name").content.decode()
    sent = {
        "kind": "account",
        "sort": "name",
        "format": "xlsx",
        "q": "alp",
        "columns": ["id", "name", "external_id", "annual_revenue"],
    }
    place = client.post("/export/", sent).headers["Location"]
    assert client.get(place).status_code == 200
    assert client.get(f"{place}/file").status_code == 404
    work(north, ExportRun)
    assert client.get(f"{place}/progress").headers["HX-Refresh"] == "true"
    assert "Download the file" in client.get(place).content.decode()
    answer = client.get(f"{place}/file")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0].values)  # type: ignore[attr-defined]
    assert rows[0][1:4] == ("Name", "External number", "Annual revenue")
    assert rows[2][0] == "Total" and rows[1][1:3] == ("Alpha", "007") and float(rows[1][3]) == 1054.5


def test_another_company_and_another_person_see_nothing(north: Company, south: Company) -> None:
    place = upload(north.browser("admin"), b"name\nA\n")
    for client in (south.browser("admin"), north.browser("ada")):
        for path in ("", "/progress", "/rejects"):
            assert client.get(place + path).status_code == 404
        for path in ("/map", "/run", "/undo", "/discard", "/read"):
            assert client.post(place + path).status_code == 404


def test_who_may_only_read_gets_no_import_and_no_export(north: Company) -> None:
    client = north.browser("vi")
    assert client.get("/import/?kind=account").status_code == 403
    assert client.get("/export/?kind=account").status_code in (200, 403)
