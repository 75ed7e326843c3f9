"""The public web form: no sign-in, no robots, no floods; what comes in is a lead of its own workspace only."""

import re
import time
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from crm.kernel.base.errors import Wrong
from crm.kernel.testing.cast import Company
from crm.sales.models import Lead, LeadForm
from crm.sales.views import web_form

VALUES = {"name": "吴建国", "company": "上海盈科", "mobile": "13800138000", "email": "wu@yingke.example", "need": "路灯"}


def a_form(company: Company, **values: Any) -> LeadForm:
    given = {"name": "Website", "languages": ["en", "zh-hans", "zh-hant"], "heading_en": "Ask us", "heading_zh": "联系我们的软件部"}
    return company.make("lead_form", given | values)


ADDRESSES = (f"198.51.{third}.{fourth}" for third in range(256) for fourth in range(256))


def visitor() -> Client:
    """Somebody from an address of their own."""
    return Client(REMOTE_ADDR=next(ADDRESSES), enforce_csrf_checks=True, raise_request_exception=False)


def kept(body: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', body)
    assert found is not None
    return found[1]


def send(form: LeadForm, values: dict[str, str], client: Client | None = None, waits: int = 10, **get: Any) -> Any:
    who = client or visitor()
    shown = who.get(f"/f/{form.token}", get.pop("query", {}), **get)
    assert shown.status_code == 200
    later = time.time() + waits
    with mock.patch.object(web_form.time, "time", lambda: later):
        return who.post(f"/f/{form.token}", {"kept": kept(shown.content.decode()), **values})


def leads(company: Company) -> list[Lead]:
    with company.as_kith():
        return list(Lead.objects.select_related("owner", "form"))


def test_a_visitor_becomes_a_lead_with_where_they_came_from(north: Company, south: Company) -> None:
    form = a_form(north, campaign="Light fair", consent_en="You may call me.", gives_to=north.people["ada"].pk)
    query = {"utm_source": "baidu", "utm_campaign": "spring", "lang": "en"}
    answer = send(form, VALUES | {"consent": "yes"}, query=query, headers={"referer": "https://www.example.com/lamps"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (303, f"/f/{form.token}/thanks")
    (lead,) = leads(north)
    assert (lead.name, lead.company, lead.mobile, lead.owner.name) == ("吴建国", "上海盈科", "+8613800138000", "Ada Whitfield")
    assert (lead.referrer, lead.utm_source, lead.utm_campaign) == ("https://www.example.com/lamps", "baidu", "spring")
    assert (lead.consent, lead.campaign, lead.source, lead.form_id) == ("You may call me.", "Light fair", "website", form.pk)
    assert lead.consent_at is not None and lead.created_by_id is None
    assert leads(south) == []
    assert visitor().get(f"/f/{form.token}")["X-Robots-Tag"] == "noindex"
    assert "Thank you" in visitor().get(answer["Location"]).content.decode()


def test_it_speaks_three_languages_and_may_be_framed(north: Company) -> None:
    form = a_form(north)
    for asked, heading in (("en", "Ask us"), ("zh-hans", "联系我们的软件部"), ("zh-hant", "聯絡我們的軟體部")):
        answer = visitor().get(f"/f/{form.token}", {"lang": asked})
        body = answer.content.decode()
        assert heading in body
        assert f'lang="{ {"en": "en", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}[asked] }"' in body
        assert "frame-ancestors *" in answer["Content-Security-Policy"] and "script-src 'self'" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer
    assert "frame-ancestors 'none'" in visitor().get("/sign-in")["Content-Security-Policy"]


def test_what_is_missing_is_said_and_what_was_typed_stays(north: Company) -> None:
    form = a_form(north, requires=["name", "need"], consent_en="You may call me.")
    answer = send(form, {"name": "Wu", "mobile": "12", "lang": "en"})
    body = answer.content.decode()
    assert answer.status_code == 422 and 'value="Wu"' in body
    assert "What can we do for you? is needed." in body and "Tick the box" in body
    answer = send(form, {"name": "Wu", "need": "x", "consent": "yes", "lang": "en"})
    assert "Say how we can reach you" in answer.content.decode()
    answer = send(form, {"name": "Wu", "need": "x", "mobile": "12", "consent": "yes", "lang": "en"})
    assert answer.status_code == 422 and 'id="f-mobile-err"' in answer.content.decode()
    assert leads(north) == []


def test_robots_are_thanked_and_forgotten(north: Company) -> None:
    form = a_form(north)
    answer = send(form, VALUES | {web_form.TRAP: "https://spam.example"})
    assert answer.status_code == 303 and leads(north) == []


def test_nobody_writes_in_two_seconds_and_no_page_is_made_up(north: Company) -> None:
    form, other = a_form(north), a_form(north, name="Other")
    assert send(form, VALUES, waits=1).status_code == 422
    assert visitor().post(f"/f/{form.token}", VALUES | {"kept": "made:up"}).status_code == 422
    theirs = kept(visitor().get(f"/f/{other.token}").content.decode())
    assert visitor().post(f"/f/{form.token}", VALUES | {"kept": theirs}).status_code == 422
    assert leads(north) == []
    again = visitor().post(f"/f/{form.token}", VALUES | {"kept": "made:up"}).content.decode()
    assert visitor().post(f"/f/{form.token}", VALUES | {"kept": kept(again)}).status_code == 303
    assert len(leads(north)) == 1


def test_one_address_cannot_flood_it(north: Company) -> None:
    form, client = a_form(north), visitor()
    answers = [send(form, VALUES, client).status_code for _ in range(web_form.LIMIT.by_address + 2)]
    assert answers[0] == 303 and answers[-1] == 429
    assert send(form, VALUES, client).has_header("Retry-After")
    assert len(leads(north)) == web_form.LIMIT.by_address


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eevil", "=cmd|' /C calc'!A0", "a\x00b", "😀" * 30, "\ud800"])
def test_hostile_text_is_kept_or_refused_and_never_breaks_a_page(north: Company, text: str) -> None:
    form = a_form(north)
    sent = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    answer = send(form, VALUES | {"name": sent, "need": sent, "company": sent}, query={"utm_source": sent[:50]})
    assert answer.status_code in (303, 422)
    client = north.browser("admin")
    for address in ("/leads/", "/leads/board", *(f"/leads/{lead.pk}/" for lead in leads(north))):
        page = client.get(address)
        assert page.status_code == 200 and b"<script>alert" not in page.content


def test_who_is_signed_in_elsewhere_is_a_visitor_like_any_other(north: Company, south: Company) -> None:
    form = a_form(north)
    client = south.browser("admin")
    page = client.get(f"/f/{form.token}", {"lang": "en"})
    assert page.status_code == 200 and "Ask us" in page.content.decode() and south.people["admin"].name not in page.content.decode()
    assert send(form, VALUES, client).status_code == 303
    assert len(leads(north)) == 1 and leads(south) == []
    (lead,) = leads(north)
    assert lead.created_by_id is None and lead.owner_id is None


def test_one_form_takes_only_so_many_whatever_their_addresses(north: Company) -> None:
    form, most = a_form(north), web_form.Limit("web form", by_email=5, by_address=12)
    with mock.patch.object(web_form, "LIMIT", most):
        answers = [send(form, VALUES).status_code for _ in range(7)]
    assert answers == [303] * 5 + [429] * 2 and len(leads(north)) == 5


def test_visitors_are_not_told_who_is_known_already(north: Company) -> None:
    form = a_form(north)
    north.make("account", {"name": "上海盈科"}, by="ada")
    north.make("lead", VALUES | {"owner": north.people["ada"].pk})
    first, second = send(form, VALUES), send(a_form(north, name="Other"), VALUES | {"email": "new@else.example"})
    assert first.status_code == second.status_code == 303 and first.content == second.content


def test_an_unknown_or_closed_form_takes_nothing(north: Company) -> None:
    form = a_form(north, retired=True)
    assert "closed" in visitor().get(f"/f/{form.token}", {"lang": "en"}).content.decode()
    assert visitor().post(f"/f/{form.token}", VALUES).status_code == 200 and leads(north) == []
    for token in ("x", "0" * 56, form.token[:-1] + "x", form.token[:32] + "0" * 24):
        assert visitor().get(f"/f/{token}").status_code == 404
        assert visitor().post(f"/f/{token}", VALUES).status_code == 404


def test_it_leads_on_within_this_site_only(north: Company) -> None:
    assert send(a_form(north, leads_to="/f/well-done"), VALUES)["Location"] == "/f/well-done"
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        with pytest.raises(Wrong) as refusal:
            a_form(north, name=target[:30], leads_to=target)
        assert "leads_to" in refusal.value.fields


def test_a_form_asks_for_what_it_needs_and_for_a_way_to_answer(north: Company) -> None:
    for values, field in (({"asks": ["name", "email"], "requires": ["need"]}, "requires"), ({"asks": ["name", "need"]}, "asks")):
        with pytest.raises(Wrong) as refusal:
            a_form(north, **values)
        assert field in refusal.value.fields
