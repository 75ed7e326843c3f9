"""Pages travel compressed; what programs read stays as it is."""

import gzip

from crm.kernel.testing.cast import Company

ASKED = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_who_takes_it(north: Company) -> None:
    client = north.browser("ada")
    answer = client.get("/accounts/", headers=ASKED)
    assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.content) * 3 < len(gzip.decompress(answer.content))
    assert "Content-Encoding" not in client.get("/accounts/").headers


def test_the_api_keeps_its_answers_and_their_etags(north: Company) -> None:
    account = north.make("account", {"name": "Harbour & Vale", "description": "long " * 400}, by="ada")
    answer = north.api("ada").get(f"/api/v1/accounts/{account.pk}", headers=ASKED)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["ETag"].startswith('"')
