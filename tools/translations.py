"""Words of the interface: from the sources to the catalogues, and from the catalogues to what Django reads.

    python tools/translations.py extract    locale/django.pot from *.py and *.jinja
    python tools/translations.py update     extract, then merge into locale/zh_Hans/…/django.po
    python tools/translations.py fill FILE…  puts pairs {"English": "中文"} of JSON files where Chinese is missing
    python tools/translations.py compile    django.mo; traditional Chinese is made from simplified by OpenCC
    python tools/translations.py check      fails on a word without Chinese, a stale catalogue, a wrong placeholder

Babel does the reading: Django's makemessages drops Jinja's `{% trans %}`, gettext() and plurals.
"""

import ast
import inspect
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crm.kernel.base.traditional import traditional as turn  # noqa: E402

TEMPLATE = ROOT / "locale" / "django.pot"
SIMPLIFIED = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
TRADITIONAL = ROOT / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.mo"
SOURCES = (
    ("crm", "*.py", "python"),
    ("config", "*.py", "python"),
    ("templates", "*.jinja", "jinja2"),
    ("crm", "*.jinja", "jinja2"),
)
KEYWORDS = {
    "_": None, "_t": None, "_l": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "shipped": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
_OPTIONS = {
    "jinja2": {
        "trimmed": "true",
        "extensions": "jinja2.ext.do",
        "silent": "false",
        "newstyle_gettext": "true",
    }
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


def files() -> Iterator[tuple[Path, str]]:
    """Every source that may hold words, with the way to read it."""
    for place, pattern, method in SOURCES:
        for path in sorted((ROOT / place).rglob(pattern)):
            if not {"tests", "migrations", "testing"} & set(path.relative_to(ROOT).parts):
                yield path, method


def collected() -> Catalog:
    """All words of the sources. Line numbers are left out: they would change the file with every edit."""
    catalog = Catalog(project="Kith", version="1", charset="utf-8", fuzzy=False)
    for path, method in files():
        with path.open("rb") as file:
            found = extract(method, file, KEYWORDS, ("i18n:",), dict(_OPTIONS.get(method, {})))
            for _, message, comments, context in found:
                catalog.add(
                    message, None, [(str(path.relative_to(ROOT)), 0)], auto_comments=comments, context=context
                )
        for words in told(path):
            catalog.add(words, None, [(str(path.relative_to(ROOT)), 0)])
    return catalog


def told(path: Path) -> Iterator[str]:
    """What the events of a file tell, for the docstring of an event is shown where webhooks are set up."""
    if path.name != "events.py":
        return
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and any(isinstance(one, ast.Name) and one.id == "event" for one in node.decorator_list):
            yield " ".join(inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n")[0].split())


def read(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=locale, project="Kith", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def written(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    catalog.header_comment = "# Words of Kith. The English comes from the sources by tools/translations.py; edit the Chinese."
    write_po(
        out,
        catalog,
        width=110,
        omit_header=False,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    stamps = re.compile(
        rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid-Bugs-To):.*\n',
        re.M,
    )
    return stamps.sub(b"", out.getvalue())


def save(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def updated() -> Catalog:
    """The Chinese catalogue brought in line with the sources; what is no longer used goes."""
    catalog = read(SIMPLIFIED, "zh_Hans")
    catalog.update(collected(), no_fuzzy_matching=True)
    return catalog


def traditional(simplified: Catalog) -> Catalog:
    """Taiwan's characters and terms. Placeholders are ASCII, which OpenCC leaves alone."""
    made = Catalog(locale="zh_Hant", project="Kith", charset="utf-8", fuzzy=False)
    for message in simplified:
        if message.id and message.string:
            text = message.string
            turned = turn(text) if isinstance(text, str) else tuple(turn(part) for part in text)
            made.add(message.id, turned, context=message.context)
    return made


def compile_all() -> int:
    simplified = read(SIMPLIFIED, "zh_Hans")
    for path, catalog in (
        (SIMPLIFIED.with_suffix(".mo"), simplified),
        (TRADITIONAL, traditional(simplified)),
    ):
        out = io.BytesIO()
        write_mo(out, catalog)
        save(path, out.getvalue())
    return 0


def faults(message: Message) -> Iterator[str]:
    """What is wrong with one translated message."""
    ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    if not all(strings):
        yield "has no Chinese"
        return
    wanted = set(_PLACEHOLDER.findall(ids[-1]))
    for text in filter(None, strings):
        if set(_PLACEHOLDER.findall(text)) != wanted:
            yield f"has other placeholders: {text!r}"
    if message.fuzzy:
        yield "is marked fuzzy"


def check() -> int:
    """Prints every fault; 1 when there is one."""
    kept, now = read(SIMPLIFIED, "zh_Hans"), updated()
    found = [f"{message.id!r} {fault}" for message in now if message.id for fault in faults(message)]
    stale = {
        (m.id if isinstance(m.id, str) else m.id[0])
        for m in kept
        if m.id and kept.get(m.id, m.context) and now.get(m.id, m.context) is None
    }
    found += [
        f"{text!r} is no longer used: run `python tools/translations.py update`" for text in sorted(stale)
    ]
    for text in found:
        print(text)
    return 1 if found else 0


def fill(names: list[str]) -> int:
    """Takes over translations from files; one that is in the catalogue already stays."""
    catalog = updated()
    pairs = {
        english: chinese for name in names for english, chinese in json.loads(Path(name).read_text()).items()
    }
    for message in catalog:
        chinese = pairs.get(message.id if isinstance(message.id, str) else message.id[0])
        if chinese and message.id and not any(message.string or ()):
            message.string = chinese if isinstance(message.id, str) else (chinese,)
    save(SIMPLIFIED, written(catalog))
    return 0


def main(verb: str, names: list[str]) -> int:
    if verb == "extract":
        save(TEMPLATE, written(collected()))
    elif verb == "update":
        save(SIMPLIFIED, written(updated()))
    elif verb == "fill":
        return fill(names)
    elif verb == "compile":
        return compile_all()
    elif verb == "check":
        return check()
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:]))
