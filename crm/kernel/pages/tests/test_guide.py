"""The guide in the product: every chapter in every language, and nothing in it that is not so."""

import json
import re
import shlex
from collections.abc import Iterator
from functools import cache, reduce
from pathlib import Path
from urllib.parse import urlencode

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client

from crm.kernel.base.traditional import traditional
from crm.kernel.pages import guide
from crm.kernel.records.undo import note
from crm.kernel.testing.cast import Company

FOLDER = Path(settings.BASE_DIR) / "docs/guide"
KEYS = ["first-hour", "import", "search", "trust", "board", "kinds", "approval", "files", "api", "webhooks"]
LANGUAGES = [("en", "en"), ("zh-hans", "zh"), ("zh-hant", "zh")]


def read(company: Company, language: str) -> Client:
    client = company.browser("admin")
    assert client.post("/preferences", {"language": language}).status_code == 204
    return client


@pytest.mark.parametrize(("language", "folder"), LANGUAGES)
def test_every_chapter_is_read_in_every_language(north: Company, language: str, folder: str) -> None:
    client = read(north, language)
    contents = client.get("/help/").content.decode()
    for key in KEYS:
        title = (FOLDER / folder / f"{key}.md").read_text().splitlines()[0].removeprefix("# ")
        title = traditional(title) if language == "zh-hant" else title
        assert f'href="/help/{key}/"' in contents
        assert f">{title}</h1>" in client.get(f"/help/{key}/").content.decode()


@pytest.mark.parametrize(("language", "folder"), LANGUAGES)
def test_every_link_leads_somewhere_and_every_picture_is_there(north: Company, language: str, folder: str) -> None:
    client = read(north, language)
    seen: set[str] = set()
    for key in ["", *(f"{key}/" for key in KEYS)]:
        page = client.get(f"/help/{key}").content.decode()
        body = page[page.index("<article") : page.index("</article>")]
        assert not any(raw in body for raw in ("kith:", ".md", "**", "](")) and not re.search(r"\sstyle=|<script", body)
        for anchor in re.findall(r'href="#(s-\d+)"', page):
            assert f'id="{anchor}"' in body
        seen |= set(re.findall(r'(?:href|src)="(/[^"]*)"', body))
    assert len(seen) > 20
    for address in seen:
        assert client.get(address).status_code in (200, 302), address


def test_pictures_tell_their_size_and_are_kept(north: Company) -> None:
    client = north.browser("ada")
    shown = re.findall(r'<img src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)"', client.get("/help/first-hour/").content.decode())
    assert ("1440", "900") in {one[2:] for one in shown}
    for address, words, _width, _height in shown:
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "image/webp" and "immutable" in answer.headers["Cache-Control"]
        assert words and answer.content[:4] == b"RIFF"


def test_all_pictures_are_used_and_small() -> None:
    used = {name for path in FOLDER.glob("*/*.md") for name in re.findall(r"pictures/([\w-]+\.webp)", path.read_text())}
    there = {path.name: path.stat().st_size for path in (FOLDER / "pictures").iterdir()}
    readme = set(re.findall(r"guide/pictures/([\w-]+\.webp)", (Path(settings.BASE_DIR) / "README.md").read_text()))
    assert used | readme == set(there)
    assert sum(there.values()) < 3_000_000


def test_both_languages_have_the_same_shape() -> None:
    def shape(language: str) -> dict[str, list[str]]:
        texts = {path.name: path.read_text() for path in (FOLDER / language).glob("*.md")}
        return {name: re.findall(r"^#+ |^```|!\[|\]\((?!\.\./)[^)]+\)", text, re.M) for name, text in texts.items()}

    english, chinese = shape("en"), shape("zh")
    assert english == chinese
    assert list(guide.chapters("en")) == list(guide.chapters("zh-Hans")) == ["README", *KEYS]


@cache
def words_of_the_screen() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for whatever the interface says in English and in Chinese; a placeholder stands for anything."""
    with (Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = list(read_po(file, locale="zh_Hans"))
    found: tuple[set[str], set[str]] = (set(), set())
    for message in catalogue:
        for language, text in zip(found, (message.id, message.string), strict=True):
            language.update([text] if isinstance(text, str) else text)
    english, chinese = (
        re.compile("|".join(re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(one)) for one in words if re.sub(r"%\(\w+\)s", "", one).strip()))
        for words in found
    )
    return english, chinese


@pytest.mark.parametrize(("folder", "at"), [("en", 0), ("zh", 1)])
def test_what_is_bold_stands_on_the_screen_so(folder: str, at: int) -> None:
    screen = words_of_the_screen()[at]
    for path in (FOLDER / folder).glob("[!R]*.md"):
        for name in re.findall(r"\*\*(.+?)\*\*", path.read_text()):
            assert screen.fullmatch(name), (path.name, name)


def calls(folder: str) -> Iterator[list[str]]:
    """The words of each call of the chapter about the API."""
    for block in re.findall(r"```sh\n(.+?)```", (FOLDER / folder / "api.md").read_text(), re.S):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("curl "):
                yield shlex.split(line)


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_the_calls_of_the_chapter_about_the_api_work(north: Company, folder: str) -> None:
    names = {
        "$KITH_TOKEN": north.token("ada"),
        "$KITH": "",
        "$ID": str(north.make("account", {"name": "Tamarind Kitchens"}, by="ada").pk),
        "$LEAD": str(north.make("lead", {"name": "Ella Evans", "mobile": "13800001234", "status": "working"}, by="ada").pk),
    }
    with north.as_("ada"):
        names = {"$ACT": str(note("Changed something", 1).pk)} | names
    done = []
    for call in calls(folder):
        words = [reduce(lambda word, name: word.replace(name, names[name]), names, word) for word in call]
        address = next(word for word in words if word.startswith("/"))
        given = {flag: [words[at + 1] for at, word in enumerate(words) if word == flag] for flag in ("-X", "-H", "-d", "--data-urlencode")}
        query = urlencode([tuple(one.split("=", 1)) for one in given["--data-urlencode"]])
        headers = dict(one.split(": ", 1) for one in given["-H"])
        method = (given["-X"] or ["GET"])[0]
        answer = Client().generic(
            method, f"{address}?{query}" if query else address, (given["-d"] or [""])[0],
            content_type=headers.pop("Content-Type", "application/json"), headers=headers,
        )  # fmt: skip
        assert answer.status_code in (200, 201), (address, answer.content)
        done.append((method, address.split("?")[0]))
        if address.endswith("/duplicates"):
            assert json.loads(answer.content)["items"], "the one that was just made is found"
    assert len(done) == 9


def test_the_guide_is_for_who_is_signed_in(north: Company) -> None:
    for address in ("/help/", "/help/import/", "/help/pictures/home-en.webp"):
        turned = Client().get(address)
        assert turned.status_code == 302 and turned.headers["Location"].startswith("/sign-in")
    assert north.browser("vi").get("/help/").status_code == 200


def test_what_is_not_there_is_not_found(north: Company) -> None:
    client = north.browser("ada")
    for address in ("/help/cooking/", "/help/pictures/none.webp", "/help/pictures/..%2f..%2fREADME.webp", "/help/..%2fREADME/"):
        assert client.get(address).status_code == 404, address
    assert client.post("/help/").status_code == 405


def test_help_is_reached_from_everywhere(north: Company) -> None:
    client = north.browser("ada")
    page = client.get("/accounts/").content.decode()
    assert page.count('href="/help/"') == 2, "at the foot of the menu, and in the person's own menu, which phones have"
    assert 'href="/help/"' in client.get("/keys", headers={"HX-Request": "true"}).content.decode()
    assert "/help/import/" in client.get("/palette", headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "for those with the right “Users and invitations”"), ("zh-hans", "需要“用户与邀请”权限")]
)
def test_what_a_reader_cannot_open_is_no_link_and_says_whom_it_is_for(north: Company, language: str, said: str) -> None:
    def inside(who: str) -> set[str]:
        client = north.browser(who)
        client.post("/preferences", {"language": language})
        whole = [client.get(f"/help/{key}/").content.decode() for key in KEYS]
        pages = [one.partition('<article class="guide">')[2].partition("</article>")[0] for one in whole]
        assert (said in "".join(pages)) == (who != "admin")
        return {path for page in pages for path in re.findall(r'<a href="(/[^"#]*)" class="link">', page)}

    for who in ("ada", "vi", "admin"):
        client, found = north.browser(who), inside(who)
        assert [path for path in found if client.get(path).status_code not in (200, 302)] == [], who
    assert "/settings/users" in inside("admin") and "/settings/users" not in inside("ada") and "/settings/tokens" in inside("ada")
