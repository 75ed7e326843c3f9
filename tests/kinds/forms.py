"""HTML forms, read as a browser would fill and send them."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    """Collects each form's action and what its controls would send untouched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, Any]] = []
        self._select: str | None = None
        self._chosen: list[str] = []
        self._area: str | None = None
        self._text = ""
        self._template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._template += tag == "template"  # what stands in one is sent by nobody
        if self._template:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            sent = "hx-post" in given or given.get("method") == "post"
            self.forms.append({"action": given.get("action") or given.get("hx-post", ""), "sent": sent, "fields": [], "typed": set()})
        if not self.forms:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in ("checkbox", "radio", "submit", "file"):
            self._add(name, given.get("value", ""))
            if given.get("type") not in ("hidden", "password", "date", "datetime-local"):
                self.forms[-1]["typed"].add(name)
        if tag == "input" and name and given.get("type") in ("checkbox", "radio") and "checked" in given:
            self._add(name, given.get("value", "on"))
        if tag == "select" and name:
            self._select, self._chosen = name, []
        if tag == "option" and self._select is not None and ("selected" in given or not self._chosen):
            self._chosen = [given.get("value", "")]
        if tag == "textarea" and name:
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        self._template -= tag == "template"
        if tag == "select" and self._select is not None:
            self._add(self._select, self._chosen[0] if self._chosen else "")
            self._select = None
        if tag == "textarea" and self._area is not None:
            self._add(self._area, self._text.removeprefix("\n"))
            self.forms[-1]["typed"].add(self._area)
            self._area = None

    def _add(self, name: str, value: str) -> None:
        self.forms[-1]["fields"].append((name, value))


def forms_of(page: str) -> list[dict[str, Any]]:
    """[{action, sent (whether by POST), fields: [(name, value)], typed: names of the fields that take any text}] of a page."""
    reader = _Forms()
    reader.feed(page)
    return reader.forms


def filled(page: str, action: str) -> dict[str, list[str]]:
    """What the form with the most controls sends when nobody touches it."""
    form = max(forms_of(page), key=lambda one: len(one["fields"]))
    found: dict[str, list[str]] = {}
    for name, value in form["fields"]:
        found.setdefault(name, []).append(value)
    return found
