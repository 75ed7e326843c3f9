"""Query parameters: declared, parsed, and refused by name when unknown."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.records.past import read_moment
from crm.kernel.rest.body import text_fault
from crm.kernel.rest.problems import BadRequest

MAX_LIMIT = 200
DEFAULT_LIMIT = 50


@dataclass(frozen=True)
class Param:
    """One query parameter. `read` turns the text into a value and raises `ValueError` with a sentence."""

    name: str
    schema: dict[str, Any]
    description: str | Promise
    read: Callable[[str], Any] = str
    default: Any = None


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise ValueError(_("A whole number from 1 to %(most)s.") % {"most": MAX_LIMIT})


def _yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(_("Write true or false."))
    return text == "true"


def _names(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(",")) if name]


LIMIT = Param(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    gettext_lazy("How many items at most."),
    _limit,
    DEFAULT_LIMIT,
)
CURSOR = Param(
    "cursor",
    {"type": "string", "minLength": 1},
    gettext_lazy("“next” of the page before; leave out for the first page."),
)
FILTER = Param(
    "filter",
    {"type": "string"},
    gettext_lazy("Which records: a JSON tree or the text form of the filter language."),
)
SORT = Param(
    "sort", {"type": "string"}, gettext_lazy("Name of a field; a minus sign before it turns the order around.")
)
FIELDS = Param(
    "fields", {"type": "string"}, gettext_lazy("Only these fields, separated by commas; id is always there."), _names
)
VIEW = Param(
    "view", {"type": "string", "format": "uuid"}, gettext_lazy("A saved view: its filter (beside your own), sort and columns.")
)
WORDS = Param("q", {"type": "string", "maxLength": 200}, gettext_lazy("What to look for: words, pinyin, the end of a number, field:value."))
KINDS = Param(
    "kinds", {"type": "string"}, gettext_lazy("Only records of these kinds, separated by commas."), _names
)
def _moment(text: str) -> datetime.datetime:
    try:
        return read_moment(text)
    except Wrong as wrong:
        raise ValueError(wrong.fields["as_of"][0]) from None


AS_OF = Param(
    "as_of",
    {"type": "string", "minLength": 10},
    gettext_lazy("As it stood at the end of a day (2026-11-17, in your time zone) or at a moment (2026-11-17T09:30:00Z)."),
    _moment,
)
DRY_RUN = Param(
    "dry_run",
    {"type": "boolean", "default": False},
    gettext_lazy("Only say what would happen; nothing is changed."),
    _yes_no,
    default=False,
)


def _spreadsheet(text: str) -> str:
    if text not in ("csv", "xlsx"):
        raise ValueError(_("Write csv or xlsx."))
    return text


def _id(text: str) -> UUID:
    found = as_uuid(text)
    if found is None:
        raise ValueError(_("This is not an id."))
    return found


OF = Param("of", {"type": "string", "format": "uuid"}, gettext_lazy("The record that is being changed: it is not its own duplicate."), _id)


BY = Param("by", {"type": "string", "format": "uuid"}, gettext_lazy("The person whose acts are meant; you without it."), _id)


def _duplicates(text: str) -> str:
    if text != "duplicates":
        raise ValueError(_("Write duplicates."))
    return text


CHECK = Param(
    "check",
    {"type": "string", "enum": ["duplicates"]},
    gettext_lazy("With “duplicates” a record that is surely there already is refused with 409 and the candidates."),
    _duplicates,
)



def _ids(text: str) -> list[UUID]:
    return [_id(part) for part in _names(text)]


DIFFERENT = Param(
    "different",
    {"type": "string"},
    gettext_lazy("Ids of records, separated by commas, that the new one is different from: “check” leaves them out, and it is remembered."),
    _ids,
)
REJECTS_FORMAT = Param(
    "format",
    {"type": "string", "enum": ["csv", "xlsx"], "default": "csv"},
    gettext_lazy("The kind of file."),
    _spreadsheet,
    "csv",
)


def _one_of(*states: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in states:
            raise ValueError(_("Write one of: %(all)s.") % {"all": ", ".join(states)})
        return text

    return read


CELL_STATE = Param(
    "state",
    {"type": "string", "enum": ["mine", "conflict", "theirs", "refused"], "default": "mine"},
    gettext_lazy("Changed in the workbook, in both, here alone, or not possible."),
    _one_of("mine", "conflict", "theirs", "refused"),
    "mine",
)
ROW_STATE = Param(
    "state",
    {"type": "string", "enum": ["new", "gone", "unknown"], "default": "new"},
    gettext_lazy("New in the workbook, taken out of it, or not recognised."),
    _one_of("new", "gone", "unknown"),
    "new",
)


def read_params(sent: QueryDict, known: Iterable[Param]) -> dict[str, Any]:
    """Every known parameter by name, parsed or at its default. Raises `BadRequest` naming all that is wrong."""
    by_name = {param.name: param for param in known}
    found = {param.name: param.default for param in by_name.values()}
    fields: dict[str, list[Any]] = {}
    for name, texts in sent.lists():
        param = by_name.get(name)
        fault = text_fault(name) or next(filter(None, map(text_fault, texts)), "")
        if param is None:
            fields[name.replace("\x00", "�")] = [_("There is no such parameter here.")]
        elif fault or len(texts) != 1:
            fields[name] = [fault or _("Give this parameter once.")]
        else:
            try:
                found[name] = param.read(texts[0])
            except ValueError as error:
                fields[name] = [str(error)]
    if fields:
        listed = ", ".join(fields)
        raise BadRequest(_("These parameters are not understood: %(names)s.") % {"names": listed}, fields=fields)
    return found
