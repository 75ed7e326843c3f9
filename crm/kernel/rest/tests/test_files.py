"""Files by the API: from the upload to the public link, and what is refused."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.kernel.files.tests import making
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs


def sent(api: Client, address: str, name: str, body: bytes) -> Any:
    answer = api.post(address, {"file": SimpleUploadedFile(name, body)})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_upload_version_text_search_link_bin(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    api = north.api("ada")
    files = f"/api/v1/accounts/{account.id}/files"
    first = sent(api, files, "terms.docx", making.docx("Penalty in chrysoprase"))
    assert (first["version"], first["current"], first["held"], first["text"]) == (1, True, "", "waiting")
    run_jobs(north.id)
    here = f"/api/v1/files/{first['id']}"
    assert api.get(f"{here}/facts").json()["text"] == "read"
    assert api.get(f"{here}/text").json() == {"state": "read", "text": "Penalty in chrysoprase"}
    (hit,) = api.get("/api/v1/search?q=chrysoprase").json()["items"]
    assert (hit["id"], hit["file"]["name"], hit["file"]["url"]) == (str(account.id), "terms.docx", here)
    assert "chrysoprase" in hit["file"]["excerpt"]
    assert api.get("/api/v1/search?q=Harbour").json()["items"][0]["file"] is None

    second = sent(api, f"{here}/versions", "terms 2.docx", making.docx("Second"))
    assert [one["version"] for one in api.get(f"{here}/versions").json()["items"]] == [2, 1]
    assert [one["id"] for one in api.get(files).json()["items"]] == [second["id"]]
    assert api.post(f"{here}/current").json()["current"] is True
    assert [one["id"] for one in api.get(files).json()["items"]] == [first["id"]]

    link = api.post(f"{here}/links", {"hours": 2, "most": 1}, content_type="application/json").json()
    assert Client().get(link["url"].partition("8000")[2]).status_code == 200
    assert [one["id"] for one in api.get(f"{here}/links").json()["items"]] == [link["id"]]
    assert api.delete(f"/api/v1/file-links/{link['id']}").status_code == 204
    assert Client().get(link["url"].partition("8000")[2]).status_code == 410

    assert api.delete(here).status_code == 204
    assert (api.get(here).status_code, api.get(files).json()["items"]) == (404, [])
    assert api.post(f"{here}/restore").status_code == 200
    used = sum(one["size"] for one in (first, second))
    assert api.get("/api/v1/file-room").json() == {"used": used, "quota": None, "left": None, "largest": 100_000_000}


def test_pages_of_many_files(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    api = north.api("ada")
    files = f"/api/v1/accounts/{account.id}/files"
    made = [sent(api, files, f"{at}.txt", b"x")["id"] for at in range(5)]
    seen, address = [], f"{files}?limit=2"
    while address:
        page = api.get(address).json()
        seen += [one["id"] for one in page["items"]]
        address = f"{files}?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == made[::-1]
    assert api.get(f"{files}?cursor=nonsense").status_code == 400


def test_what_is_kept_apart_and_who_may_do_what(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    ada, admin, vi = north.api("ada"), north.api("admin"), north.api("vi")
    bad = sent(ada, f"/api/v1/accounts/{account.id}/files", "offer.pdf", b"MZ\x90")
    here = f"/api/v1/files/{bad['id']}"
    assert bad["held"] == "disguised" and "a program" in bad["why_held"]
    for refused in (ada.get(here), ada.get(f"{here}/text"), ada.post(f"{here}/release"), ada.get("/api/v1/held-files")):
        assert refused.status_code == 403
    assert vi.post(f"{here}/current").status_code == 403
    assert [south.api("admin").get(f"{here}{rest}").status_code for rest in ("", "/facts", "/text", "/versions", "/links")] == [404] * 5
    assert south.api("admin").post(f"{here}/release").status_code == 404
    assert [one["id"] for one in admin.get("/api/v1/held-files").json()["items"]] == [bad["id"]]
    assert admin.post(f"{here}/release").json()["held"] == ""
    whole = ada.get(here)
    assert whole.status_code == 200
    whole.close()
    assert admin.post(f"{here}/discard").status_code == 409
    wrong = ada.post(f"{here}/links", {"hours": "many", "often": 2}, content_type="application/json")
    assert (wrong.status_code, set(wrong.json()["fields"])) == (422, {"hours", "often"})
