"""The small drawn things of a page, as markup without styles: icons, marks, avatars."""

import re
from functools import lru_cache
from hashlib import md5

from django.contrib.staticfiles.storage import staticfiles_storage
from markupsafe import Markup, escape

_COMPOUND = (
    "欧阳",
    "歐陽",
    "司马",
    "司馬",
    "上官",
    "诸葛",
    "諸葛",
    "司徒",
    "东方",
    "東方",
    "夏侯",
    "皇甫",
    "尉迟",
    "尉遲",
    "公孙",
    "公孫",
    "慕容",
    "令狐",
    "端木",
    "长孙",
    "長孫",
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_TOWNS = re.compile(
    r"^(北京|上海|天津|重庆|重慶|广州|廣州|深圳|苏州|蘇州|杭州|成都|宁波|寧波|青岛|青島|武汉|武漢|厦门|廈門|佛山|东莞|東莞|南京"
    r"|西安|长沙|長沙|郑州|鄭州|无锡|無錫|济南|濟南|大连|大連|沈阳|瀋陽|福州|合肥|昆明|香港|台北|臺北)市?"
)
_SIZES = (18, 20, 22, 24, 28, 32, 36, 40, 48)


@lru_cache(maxsize=200)
def static(name: str) -> str:
    """The address of a built file."""
    return str(staticfiles_storage.url(name))


@lru_cache(maxsize=2000)
def icon(name: str, size: int = 16, cls: str = "") -> Markup:
    """One of the project's icons (assets/img/icons.svg). Without a name for readers: words stand beside it."""
    return Markup(
        f'<svg class="i {escape(cls)}" width="{size}" height="{size}" aria-hidden="true">'
        f'<use href="{static("icons.svg")}#i-{escape(name)}"/></svg>'
    )


def mark(kind: str, label: str = "", size: int = 13) -> Markup:
    """A mark of credibility after a value: verified, pending, unverified, stale, missing, conflict."""
    return Markup(
        f'<svg class="mk mk-{escape(kind)}" width="{size}" height="{size}" role="img" aria-label="{escape(label or kind)}">'
        f'<use href="{static("icons.svg")}#m-{escape(kind)}"/></svg>'
    )


def initials(name: str, size: int, square: bool = False) -> str:
    """What an avatar shows. Chinese: the surname below 32 px, else the last two characters; Latin: first and last letter."""
    name = name.strip()
    if _HAN.match(name):
        if square:
            return (_TOWNS.sub("", name) or name)[:1]
        surname = name[:2] if name[:2] in _COMPOUND else name[:1]
        if size < 32 or len(surname) == 2:
            return surname
        given = name.split()[0]  # “赵敏 Min Zhao” is 赵敏
        return given if len(given) <= 2 else given[-2:]
    words = [word for word in re.split(r"[\s&.,()（）/-]+", name) if word]
    if not words:
        return "·"
    return (words[0][0] + (words[-1][0] if len(words) > 1 and not square else "")).upper()


def avatar(name: object, size: int = 24, square: bool = False, cls: str = "") -> Markup:
    """A person (round) or a company (square). It is decoration: the name stands beside it."""
    return _avatar(str(name or ""), size, square, cls)


@lru_cache(maxsize=5000)
def _avatar(text: str, size: int, square: bool, cls: str) -> Markup:
    size = min(_SIZES, key=lambda known: abs(known - size))
    shown = initials(text, size, square)
    tint = int(md5(text.encode(), usedforsecurity=False).hexdigest(), 16) % 8 + 1
    classes = f"av av-{size} tint-{tint}{' av-sq' if square else ''}{' av-2' if _HAN.match(shown) and len(shown) == 2 else ''}"
    return Markup(f'<span class="{classes} {escape(cls)}" title="{escape(text)}" aria-hidden="true">{escape(shown)}</span>')
