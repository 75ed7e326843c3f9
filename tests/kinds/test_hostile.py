"""Hostile text through every form and every address of the product, found by walking the URL map: a new route is covered
by itself. No answer is a 5xx; what is refused is refused in words, with what was typed still in the form; what is kept is
shown escaped."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.integration.models import Webhook, WebhookDelivery
from crm.kernel.dedupe.merging.acts import merge
from crm.kernel.dedupe.models import Merge
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions import invite
from crm.kernel.identity.models import ApiToken, Invitation, Role, Session, Team
from crm.kernel.notify.models import Notification
from crm.kernel.records.actions import actions_of
from crm.kernel.testing.work import run_jobs
from tests.api.stock import Stocked, stocked
from tests.kinds.forms import filled, forms_of
from tests.kinds.hostile import MARK, TEXTS, Route, asked, encoded, in_filter, post, routes, upload

ROUTES = routes()
#: Streams do not end, and static pages take nothing.
LEFT_OUT = ("/live", "/static/", "/healthz", "/readyz")
TAKING = [one for one in ROUTES if not one.template.startswith(LEFT_OUT)]
#: Ended by themselves: they would take the session of the one who asks.
ENDING = ("sign-out", "settings.sessions.end", "settings.sessions.end-others")
IN_JSON: dict[str, Callable[[str], str]] = {"result": in_filter}
BROKEN = re.compile(r"[\x00\ud800-\udfff]")
TURNED = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
#: What somebody typed stands in their own form as it was typed.
OWN = re.compile(r'value="[^"]*"|data-[\w-]+="[^"]*"|<textarea.*?</textarea>', re.DOTALL)


def lamps() -> dict[str, Any]:
    """A small file, as it is sent."""
    return {"kind": "account", "file": SimpleUploadedFile("a.csv", b"name,city\nLamp,Ulm\n")}


@pytest.fixture(scope="module")
def house() -> Stocked:
    made = stocked("House")
    page = made.company.browser("admin")
    page.post("/import/", lamps())
    page.post("/export/", {"kind": "account", "format": "csv"})
    page.post("/settings/tokens", {"name": "Excel", "extent": "read", "lasting": "30"})
    with made.company.as_("admin"):
        invite(f"x-{made.company.slug}@kith.example", "X", [made.company.roles["Seller"].pk], None, "en")
    page.post(f"/accounts/{made.records['account'].pk}/edit", {"name": "House of lamps"})
    run_jobs(made.company.id)
    a_webhook(made)
    a_merge(made)
    return made


def a_merge(house: Stocked) -> None:
    """One record that went into another, for the pages of merges."""
    entity = registry.kind("account")
    assert entity is not None
    one, other = (house.company.make("account", {"name": name}) for name in ("Lamps & Co", "Lamps and Co"))
    with house.company.as_("admin"):
        merge(entity, one.pk, [other.pk])


def an_import(house: Stocked) -> UUID:
    """An import to work on; another route may have thrown the first one away."""
    from crm.kernel.exchange.models import ImportRun

    with house.company.as_("admin"):
        there = ImportRun.objects.exists()
    if not there:
        house.company.browser("admin").post("/import/", lamps())
    return first(ImportRun, house.company)


def a_webhook(house: Stocked) -> UUID:
    """A webhook to work on, with a delivery; another route may have removed the first one."""
    page = house.company.browser("admin")
    with house.company.as_("admin"):
        there = Webhook.objects.filter(removed_at=None).exists()
    if not there:
        given = {"name": "Shop", "address": "https://shop.example/hook", "events": ["records.record-created"]}
        assert page.post("/settings/webhooks/new", given).status_code == 200
    with house.company.as_("admin"):
        found = UUID(str(Webhook.objects.filter(removed_at=None).values_list("pk", flat=True).first()))
    page.post(f"/settings/webhooks/{found}/test")
    return found


def first(model: Any, company: Any) -> UUID:
    with company.as_("admin"):
        found = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    assert found is not None, f"there is no {model.__name__}"
    return UUID(str(found))


def addresses(house: Stocked, route: Route) -> list[str]:
    """The route with everything it may be filled with: each kind, with a record of it."""
    from crm.kernel.exchange.models import ExportRun
    from crm.kernel.queue.models import Task
    from crm.kernel.records.models import ChangeSet

    kinds = registry.all() if "entity" in route.names else [registry.kind(kind_of(route))]
    by_name: dict[str, Callable[[], Any]] = {
        "user_id": lambda: house.company.people["vi"].pk,
        "team_id": lambda: first(Team, house.company),
        "role_id": lambda: first(Role, house.company),
        "token_id": lambda: first(ApiToken, house.company),
        "session_id": lambda: first(Session, house.company),
        "invitation_id": lambda: first(Invitation, house.company),
        "run_id": lambda: first(ExportRun, house.company) if route.name.startswith("export") else an_import(house),
        "change_set": lambda: first(ChangeSet, house.company),
        "many_id": lambda: UUID(int=1),
        "task_id": lambda: first(Task, house.company),
        **dict.fromkeys(("file_id", "link_id", "event_id", "entry", "share", "share_id", "delegation_id", "book_id"), lambda: UUID(int=1)),
        "webhook_id": lambda: a_webhook(house),
        "delivery_id": lambda: first(WebhookDelivery, house.company),
        "archive_id": lambda: UUID(int=1),
        "change_id": lambda: UUID(int=1),
        "answer": lambda: "approve",
        "merge_id": lambda: first(Merge, house.company),
        "number": lambda: 1,
        "record": lambda: house.records["account"].pk,
        "secret": lambda: "x" * 43,
        "kind": lambda: "account",
        "way": lambda: "next",
        "token": lambda: "x" * 22,
        "line": lambda: UUID(int=1),
        "reason": lambda: "overdue",
        "key": lambda: "import",
    }
    found = []
    if "what" in route.names:
        return [route.template.replace("<slug:what>", what) for what in ("accounts", "people", "teams", "any")]
    for entity in kinds:
        assert entity is not None
        url = route.template
        for name in route.names:
            match name:
                case "entity":
                    value: Any = entity.plural
                case "pk" if route.name == "pages.notice":
                    value = UUID(int=1)
                case "pk" if route.name == "pages.job":
                    value = first(Task, house.company)
                case "pk":
                    value = house.records[entity.kind].pk
                case "name":
                    actions = [one.name for one in actions_of(entity)] or ["none"]
                    value = {"pages.act": actions[0], "pages.tab": "history"}.get(route.name, entity.title)
                case _:
                    assert name in by_name, f"say in this test what stands for <{name}> in {route.template}"
                    value = by_name[name]()
            url = re.sub(rf"<(\w+:)?{name}>", str(value), url)
        found.append(url)
    return found


def kind_of(route: Route) -> str:
    """The kind whose id the address of a part wants."""
    words = {"/stages/": "stage", "/reasons/": "reason", "/pipelines/": "pipeline", "/deals/": "opportunity", "/activities/": "activity"}
    wanted = next((kind for word, kind in words.items() if word in route.template), "account")
    return next(one.kind for one in registry.all() if wanted in one.kind)


def sound(answer: Any, what: object) -> str:
    """The answer as text: no failure, nothing unescaped, no header that was written by the text."""
    assert answer.status_code < 500, what
    assert "X-Injected" not in answer.headers, what
    if answer.streaming:
        b"".join(answer.streaming_content)
        answer.close()
        return ""
    text: str = answer.content.decode(answer.charset or "utf-8")
    if "html" in answer.get("Content-Type", ""):
        assert MARK not in text and "<img src=x" not in text, what
    assert not BROKEN.search(OWN.sub("", text)), (what, "holds what is no text")
    assert not TURNED.search(OWN.sub("", text)), (what, "turns the page around")
    return text


def kept_or_told(answer: Any, text: str, name: str, typed: str, what: object) -> None:
    """A refused form says why and still holds what was typed."""
    if answer.status_code != 422 or "html" not in answer.get("Content-Type", "") or not text:
        return
    assert any(sign in text for sign in ('class="err"', "bn-bad", 'class="refusal"')), (what, "is refused without a word")
    if BROKEN.search(typed) or TURNED.search(typed) or "\r" in typed or not typed.strip():
        return
    mine = [form for form in forms_of(text) if name in form["typed"] and form["sent"]]
    shown = {value for form in mine for field, value in form["fields"] if field == name}
    assert not shown or typed in shown, (what, "is lost from the form", shown)


def test_the_url_map_is_walked(house: Stocked) -> None:
    assert len(ROUTES) > 60
    for route in TAKING:
        assert addresses(house, route)


@pytest.mark.parametrize("route", TAKING, ids=lambda one: one.name or one.template)
def test_hostile_text_through_a_route(house: Stocked, route: Route) -> None:
    page = house.company.browser("admin")
    for number, url in enumerate(addresses(house, route)):
        with asked() as names:
            shown = page.get(url)
        sound(shown, url)
        _query(page, url, names)
        if route.name in ENDING:
            continue
        opened = shown.content.decode() if not shown.streaming and shown.status_code == 200 else ""
        base: dict[str, Any] = dict(filled(opened, url)) if "<form" in opened else {}
        with asked() as names:
            empty = post(page, url, base)
        sound(empty, url)
        if empty.status_code == 405:
            continue
        _form(page, url, sorted((names | set(base)) - {"csrfmiddlewaretoken"}), base, number)


def _query(page: Any, url: str, names: set[str]) -> None:
    for title, hostile in TEXTS.items():
        if len(hostile) < 3_000:
            query = encoded({name: IN_JSON.get(name, str)(hostile) for name in sorted(names)})
            sound(page.get(f"{url}?{query}"), (url, "query", title))


def _form(page: Any, url: str, names: list[str], base: dict[str, Any], number: int) -> None:
    """All fields at once with each text, then fields by themselves with a text of their turn: of many, some at each kind."""
    wrap = {} if url.startswith("/activities/") else IN_JSON  # an activity has a field of this name
    for title, hostile in TEXTS.items():
        together = names if len(hostile) < 10_000 else names[:6]  # a body has its limit
        sound(post(page, url, base | {name: wrap.get(name, str)(hostile) for name in together}), (url, title))
    texts = list(TEXTS.items())
    for turn, name in enumerate(names):
        if len(names) > 12 and (turn + number) % max(3, len(names) // 12):
            continue
        for title, hostile in (texts[(turn + number) % len(texts)], texts[(turn + number + 7) % len(texts)]):
            answer = post(page, url, base | {name: wrap.get(name, str)(hostile)})
            text = sound(answer, (url, name, title))
            kept_or_told(answer, text, name, hostile, (url, name, title))
    if "file" in names:
        for title, hostile in TEXTS.items():
            if len(hostile) < 3_000:
                sound(upload(page, url, "file", hostile, {"kind": "account"}), (url, "file", title))


def test_what_was_kept_is_shown_escaped_everywhere(house: Stocked) -> None:
    """A record of each kind that is called like an attack, on every page there is, in the bell, the history and a file."""
    page = house.company.browser("admin")
    for entity in registry.all():
        for title in ("script", "rtl", "astral", "formula", "combining", "quote"):
            url = f"/{entity.plural}/{house.records[entity.kind].pk}/"
            form = filled(page.get(f"{url}edit").content.decode(), url)
            texts = [name for name, field in entity.fields.items() if field.type in ("text", "long_text", "person_name", "tags")]
            for name in texts:
                if name in form:
                    answer = post(page, f"{url}edit", form | {name: TEXTS[title][:190]})
                    sound(answer, (url, name, title))
    for name in ("name", "description"):
        post(page, "/settings/roles/new", {"name": TEXTS["script"][:70], "description": TEXTS["rtl"], name: TEXTS["script"][:70]})
    post(page, "/settings/teams", {"name": TEXTS["script"][:70]})
    post(page, "/settings/tokens", {"name": TEXTS["script"][:70], "extent": "read"})
    with house.company.as_("admin"):
        Notification.objects.filter(user=house.company.people["admin"]).update(text=TEXTS["script"], read_at=None)
    for route in TAKING:
        for url in addresses(house, route) if route.name not in ENDING else ():
            sound(page.get(url), url)
