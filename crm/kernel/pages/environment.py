"""The Jinja2 environment of every page."""

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from crm.kernel.base.sizes import size
from crm.kernel.notify import bell
from crm.kernel.pages import cells, chrome, marks, toasts, wording
from crm.kernel.records import reading


def url(name: str, /, **parts: Any) -> str:
    """The address of a named route."""
    return reverse(name, kwargs=parts or None)


def query(given: Any, **changed: Any) -> str:
    """`?a=1&b=2` of the present page with some values changed; None takes one away. The cursor never stays."""
    kept = {name: given.getlist(name) for name in given if name != "cursor"}
    kept |= {name: [value] for name, value in changed.items()}
    pairs = [(name, value) for name, values in kept.items() for value in values if value not in (None, "")]
    return "?" + urlencode(pairs)


def as_json(value: Any) -> Markup:
    """For a data attribute."""
    return escape(straight(json.dumps(value, ensure_ascii=False, default=str)))


@pass_context
def part(context: Context, template: str, **words: Any) -> Markup:
    """Renders a contributed template within the present page: it sees the page's words and its own."""
    return Markup(context.environment.get_template(template).render({**context.get_all(), **words}))


#: What no page can hold (NUL, lone surrogates), and signs that turn the text around them or make it show other than it is:
#: stored names have none, but an address or a refusal may repeat what somebody typed.
_UNSHOWN = re.compile("[\x00\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def mentions(text: Any) -> Markup:
    """A text with the people it names set apart, by their present names."""
    parts, at, said = [], 0, str(text)
    for found in bell.MARK.finditer(said):
        parts += [escape(said[at : found.start()]), Markup('<span class="mention">@%s</span>') % bell.named(found)]
        at = found.end()
    return Markup("").join([*parts, escape(said[at:])])


def straight(value: Any) -> Any:
    """What a template prints, without what no page can hold and signs that turn it around."""
    return value if type(value) is not str or value.isprintable() else _UNSHOWN.sub("", value)


def _in_columns(made: Environment) -> Callable[[Sequence[cells.Cell]], Markup]:
    """The cells of a row of a list, each by the macro `value` of the kit. Owners, states and trades repeat, so what a cell
    looks like is kept.

    It depends on nothing but the cell and its column; but for names in long texts, so these are made each time.
    """

    def macro(cell: cells.Cell, number: int) -> str:
        value = made.get_template("ui/kit.jinja").module.value(cell)  # type: ignore[attr-defined]
        edit = f' data-edit="{escape(cell.field.name)}" tabindex="-1"' if cell.editable else ""
        return f'<td class="p{number}{" n" if cell.right else ""}"{edit}>{value}</td>'

    kept = lru_cache(maxsize=10_000)(macro)

    def row(of: Sequence[cells.Cell]) -> Markup:
        return Markup("".join((macro if cell.how == "long" else kept)(cell, number) for number, cell in enumerate(of, 1)))

    return row


def environment(**options: Any) -> Environment:
    """Called by Django with its own options; adds words, helpers and filters."""
    options["extensions"] = [*options.get("extensions", ()), "jinja2.ext.i18n", "jinja2.ext.do"]
    made = Environment(trim_blocks=True, lstrip_blocks=True, finalize=straight, **options)
    made.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]
    made.globals |= {
        "static": marks.static,
        "icon": marks.icon,
        "mark": marks.mark,
        "avatar": marks.avatar,
        "url": url,
        "query": query,
        "part": part,
        "url_of": cells.record_url,
        "actor": wording.actor,
        "language_tag": wording.language_tag,
        "today": wording.today,
        "around": chrome.around,
        "menu": chrome.menu,
        "creatable": chrome.creatable,
        "goes": chrome.goes,
        "unread": chrome.unread,
        "told": toasts.told,
        "phone_kinds": chrome.phone_kinds,
        "record_kinds": chrome.record_kinds,
        "my_links": chrome.my_links,
        "shaping": chrome.shaping,
        "workspace_name": chrome.workspace_name,
        "theme": chrome.theme,
        "density": chrome.density,
    }
    words: dict[str, Callable[..., Any]] = {
        "money": wording.money,
        "short_money": wording.short_money,
        "number": wording.number,
        "date": wording.date,
        "iso_day": wording.iso_day,
        "due": wording.due,
        "moment": wording.moment,
        "clock": wording.clock,
        "ago": wording.ago,
        "size": size,
        "called": reading.called,
        "avatar": marks.avatar,
        "in_columns": _in_columns(made),
        "as_json": as_json,
        "mentions": mentions,
    }
    made.filters |= words
    return made
