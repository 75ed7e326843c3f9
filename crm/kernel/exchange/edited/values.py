"""What a cell of an edited workbook means: a value for the write path, or why it cannot be one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.base.money import Money
from crm.kernel.entity.fields import Fact, FieldError, Link, Links
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.exchange.linking import Resolver

_PARTS = re.compile(r"[;；]")


@dataclass(frozen=True, slots=True)
class Raw:
    """`value`: what is written, fit for JSON. `shown`: the cell that it would be in a new export. `reason`: why it cannot be."""

    value: Any = None
    shown: Any = None
    reason: str = ""


class Values:
    """Reads cells; links by name, id or e-mail address, asked once for a batch: `learn` before `read`."""

    def __init__(self, fields: Mapping[str, Fact]) -> None:
        self._fields = fields
        self._linked = {name: one for name, one in fields.items() if isinstance(one, (Link, Links))}
        self._links = Resolver()

    def learn(self, cells: Iterable[tuple[str, str]]) -> None:
        """Asks for all that these cells, (field, text), name."""
        texts: dict[str, set[str]] = {}
        for name, text in cells:
            if name in self._linked:
                texts.setdefault(name, set()).update(_parts(self._linked[name], text))
        self._links.learn({name: (self._linked[name], some) for name, some in texts.items() if some})

    def read(self, one: Fact, text: str) -> Raw:
        """What a text in the column of a field means. Inside `as_exported`."""
        if isinstance(one, (Link, Links)):
            return self._link(one, text)
        if not text.strip():
            return Raw()
        try:
            clean = one.clean(text, current_reading())
        except FieldError as error:
            return Raw(reason=str(error.message))
        if clean is None:
            return Raw()
        if isinstance(clean, Money):
            return Raw(value=text, shown=clean if clean.currency == current_reading().currency else None)
        return Raw(value=text, shown=one.to_cell(clean))

    def new(self, texts: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
        """(values of a new row, what of it cannot be). Inside `as_exported`, its cells learned."""
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for name, text in texts.items():
            one = self._fields.get(name)
            found = self.read(one, text) if one is not None else Raw()
            if found.reason and one is not None:
                wrong.append(f"{one.label}: {found.reason}")
            elif found.value not in (None, "", []):
                values[name] = found.value
        return values, wrong

    def _link(self, one: Fact, text: str) -> Raw:
        ids = []
        for part in _parts(one, text):
            found = self._links.find(one, part)
            if found.several:
                return Raw(reason=_("Several are called “%(text)s”; give the e-mail address or the id.") % {"text": part[:60]})
            if found.one is None:
                return Raw(reason=_("There is none called “%(text)s” that you may see.") % {"text": part[:60]})
            ids.append(str(found.one))
        if isinstance(one, Links):
            return Raw(value=ids)
        return Raw(value=ids[0] if ids else None)


def _parts(one: Fact, text: str) -> list[str]:
    if isinstance(one, Links):
        return [part.strip() for part in _PARTS.split(text) if part.strip()]
    return [text.strip()] if text.strip() else []
