"""The guide as pages of the product: docs/guide, in the reader's language.

The same files read well where the source lies: chapters link to each other as files, pictures lie beside the languages, and
a link to a screen is written `kith:/accounts/`. README.md of a language is the table of contents; its order is the order of
the chapters.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from crm.kernel.access.policy import policy_for
from crm.kernel.base.traditional import traditional
from crm.kernel.identity.actor import Actor

CONTENTS = "README"
_CHAPTER = re.compile(r"\]\(([a-z-]+)\.md\)")
#: A link into the product, as the chapters hold it.
_INTO = re.compile(r'<a href="(?P<path>/[^"]*)" class="link">(?P<words>.*?)</a>', re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page of the guide. `sections` are (anchor, heading) of its second-level headings."""

    key: str
    title: str
    body: Markup
    sections: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the guide; `version` changes with what it shows."""

    content: bytes
    width: int
    height: int
    version: str


@cache
def chapters(language: str) -> dict[str, Chapter]:
    """{key: chapter} in reading order, the table of contents first. `language` is a lang attribute: en, zh-Hans, zh-Hant."""
    folder = _folder() / ("en" if language == "en" else "zh")
    keys = dict.fromkeys([CONTENTS, *_CHAPTER.findall(_read(folder / f"{CONTENTS}.md"))])
    texts = {key: _read(folder / f"{key}.md") for key in keys}
    if language == "zh-Hant":
        texts = {key: traditional(text) for key, text in texts.items()}
    return {key: _chapter(key, text) for key, text in texts.items()}


@cache
def picture(name: str) -> Picture | None:
    """The picture of this name (no folder, no ending), read once; None when there is none."""
    path = {one.stem: one for one in (_folder() / "pictures").glob("*.webp")}.get(name)
    if path is None:
        return None
    content = path.read_bytes()
    return Picture(content, *_size(content), sha256(content).hexdigest()[:12])


def address(key: str) -> str:
    """Where a chapter is read."""
    return reverse("pages.help") if key == CONTENTS else reverse("pages.chapter", kwargs={"key": key})


_NEEDS: dict[str, tuple[str, Any]] = {}


def needs(path: str, right: str, label: Any) -> None:
    """A screen of that address, and what lies below it, opens only to those with a right, which people know by its label."""
    _NEEDS[path] = (right, label)


def shown(chapter: Chapter, actor: Actor) -> Markup:
    """The chapter as somebody reads it: what is not open to the reader is no link, and says whom it is for."""
    return Markup(_INTO.sub(lambda found: _opened(found, actor), chapter.body))


def _opened(found: re.Match[str], actor: Actor) -> str:
    closed = _closed(found["path"], actor)
    if not closed:
        return found[0]
    return str(Markup("{} <span class='c3'>({})</span>").format(Markup(found["words"]), closed))


def _closed(path: str, actor: Actor) -> str:
    """Whom a screen is for that the actor may not open; "" where he may."""
    above = next((one for one in _NEEDS if path == one or path.startswith(f"{one}/")), "")
    right, label = _NEEDS.get(above, ("", ""))
    if right:
        return "" if actor.may(right) else _("for those with the right “%(right)s”") % {"right": label}
    try:
        entity = resolve(path.partition("?")[0]).kwargs.get("entity")
    except Resolver404:  # a part that the workspace does without
        return _("not in use here")
    if entity is None or policy_for(entity).may(actor, "view"):
        return ""
    return _("for those who may see %(kinds)s") % {"kinds": entity.labels}


def _folder() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "guide"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _size(content: bytes) -> tuple[int, int]:
    """Width and height of a WebP picture: 24 bits each, less one, in the head of the extended form which Chromium writes."""
    width, height = content[24:27], content[27:30]
    return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1


def _chapter(key: str, text: str) -> Chapter:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        token.children = [part for child in token.children or [] for part in _to_product(child)]
    headings = [
        (opened, "".join(part.content for part in inline.children or []))
        for opened, inline in zip(tokens, tokens[1:], strict=False)
        if opened.type == "heading_open"
    ]
    sections = []
    for at, (opened, words) in enumerate(headings):
        opened.attrSet("id", f"s-{at}")
        if opened.tag == "h2":
            sections.append((f"s-{at}", words))
    body = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Chapter(key, headings[0][1], Markup(body), tuple(sections))


def _to_product(token: Token) -> list[Token]:
    """Points a link into the product. A picture leads to itself in full size, and tells its size, so that nothing jumps when it comes."""
    if token.type == "link_open":
        token.attrs |= {"href": _link(str(token.attrs["href"])), "class": "link"}
    if token.type != "image":
        return [token]
    name = Path(str(token.attrs["src"])).stem
    found = picture(name)
    if found is None:
        raise FileNotFoundError(f"The guide shows a picture that is not there: {name}")
    source = f"{reverse('pages.help_picture', kwargs={'name': name})}?v={found.version}"
    token.attrs |= {"src": source, "width": found.width, "height": found.height, "loading": "lazy"}
    return [Token("link_open", "a", 1, {"href": source}), token, Token("link_close", "a", -1)]


def _link(target: str) -> str:
    chapter = re.fullmatch(r"([A-Za-z-]+)\.md", target)
    return address(chapter[1]) if chapter else target.removeprefix("kith:")
