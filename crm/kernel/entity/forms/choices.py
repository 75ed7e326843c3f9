"""One of a list, or several of it: found by value or by label in any of the product's languages."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, override

from crm.kernel.base.text import fold
from crm.kernel.entity.forms.errors import FieldError, Words
from crm.kernel.entity.forms.reading import LANGUAGES, Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

SHOWN = 8
_SPLIT_FIRST = re.compile(r"[;；|\n]")
_SPLIT = re.compile(r"[;；,，、|\n]")
_TAG_SPLIT = re.compile(r"[;；,，、|\n#＃]")


class Choices:
    """The values a field may have, each with its label; built once per field and reused."""

    def __init__(self, pairs: Iterable[tuple[str, Words]]) -> None:
        self.pairs: tuple[tuple[str, Words], ...] = tuple((str(value), label) for value, label in pairs)
        self.labels: dict[str, Words] = dict(self.pairs)

    @cached_property
    def _by_fold(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for language in LANGUAGES:
            with override(language):
                for value, label in self.pairs:
                    found.setdefault(fold(str(label)), value)
        # A value is found by itself before it is found as the label of another one.
        return found | {fold(value): value for value, _label in self.pairs}

    def find(self, text: str) -> str | None:
        """The value that `text` means, or None."""
        if text in self.labels:
            return text
        return self._by_fold.get(fold(text))

    def refused(self, text: str) -> FieldError:
        """The error that names what is allowed, eight labels at most."""
        labels = [label for _value, label in self.pairs[:SHOWN]]
        named = format_lazy(", ".join("{}" for _label in labels), *labels)
        more = len(self.pairs) - len(labels)
        if not labels:
            return FieldError(_("“%(text)s” is not in the list, and the list is empty."), text=text[:60])
        if more:
            return FieldError(
                ngettext_lazy(
                    "“%(text)s” is not in the list. Choose %(allowed)s or %(more)s other.",
                    "“%(text)s” is not in the list. Choose one of %(allowed)s or %(more)s others.",
                    "more",
                ),
                text=text[:60],
                allowed=named,
                more=more,
            )
        return FieldError(_("“%(text)s” is not in the list. Choose one of: %(allowed)s."), text=text[:60], allowed=named)


Pairs = Choices | Sequence[tuple[str, Words]]
# Lists that came as plain pairs, by their values and labels. A lazy label counts by its identity, which stays taken as
# long as the list that is built from it is kept here.
_built: dict[tuple[tuple[str, str | int], ...], Choices] = {}
_BUILT_MOST = 500


def _of(choices: Pairs) -> Choices:
    if isinstance(choices, Choices):
        return choices
    key = tuple((value, label if isinstance(label, str) else id(label)) for value, label in choices)
    known = _built.get(key)
    if known is None:
        if len(_built) >= _BUILT_MOST:
            _built.clear()
        known = _built[key] = Choices(choices)
    return known


def parse_choice(raw: object, reading: Reading, choices: Pairs) -> str:
    """The value meant by a value or a label in English, 简体 or 繁體, whatever its case or width; "" where blank."""
    if raw.__class__ is str and not isinstance(choices, Choices) and any(raw == value for value, _label in choices):
        return str(raw)
    known = _of(choices)
    text = clean(str(raw) if isinstance(raw, Promise) else as_text(raw))
    if not text:
        return ""
    found = known.find(text)
    if found is None and not blank(text, reading):
        raise known.refused(text)
    return found or ""


def show_choice(value: str, reading: Reading, choices: Pairs) -> Words:
    """The label, in the active language; the value itself where the list no longer holds it."""
    return _of(choices).labels.get(value, value or "")


def parse_choices(raw: object, reading: Reading, choices: Pairs) -> list[str]:
    """The values meant by a list, or by a text parted by , ; 、 | or line breaks; in the order of the choices."""
    known = _of(choices)
    wanted = {parse_choice(part, reading, known) for part in _parts(raw, known)}
    return [value for value, _label in known.pairs if value in wanted]


def _parts(raw: object, known: Choices) -> list[object]:
    if isinstance(raw, list | tuple | set | frozenset):
        return list(raw)
    text = clean(as_text(raw), lines=True)
    if not text or known.find(text) is not None:
        return [text]
    found: list[object] = []
    for part in _SPLIT_FIRST.split(text):  # a label may hold a comma
        found += [part] if known.find(part.strip()) is not None else _SPLIT.split(part)
    return [part for part in found if str(part).strip()]


def show_choices(values: Iterable[str], reading: Reading, choices: Pairs) -> str:
    """The labels, joined as the language joins them."""
    known = _of(choices)
    return ("、" if reading.chinese else ", ").join(str(show_choice(value, reading, known)) for value in values)


def _words_of(raw: object) -> Iterable[object]:
    if isinstance(raw, list | tuple | set | frozenset):
        return raw
    return _TAG_SPLIT.split(clean(as_text(raw), lines=True))


def parse_tags(raw: object, reading: Reading, longest: int = 50, most: int = 50) -> list[str]:
    """Free words in the order given, each once (case and width do not matter)."""
    tags: dict[str, str] = {}
    for part in _words_of(raw):
        tag = clean(as_text(part)).strip("#＃ ")
        if not tag:
            continue
        if len(tag) > longest:
            raise FieldError(
                _("A tag has at most %(most)s characters; “%(tag)s…” has %(count)s."),
                most=longest,
                tag=tag[:20],
                count=len(tag),
            )
        if _TAG_SPLIT.search(tag):
            tags.update({fold(piece): piece for piece in parse_tags(tag, reading, longest, most)})
        else:
            tags.setdefault(fold(tag), tag)
    if len(tags) > most:
        raise FieldError(_("At most %(most)s tags fit here; these are %(count)s."), most=most, count=len(tags))
    return list(tags.values())


def show_tags(values: Iterable[str], reading: Reading) -> str:
    """The tags, joined as the language joins them."""
    return ("、" if reading.chinese else ", ").join(values)
