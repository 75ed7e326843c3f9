"""One value, ready to be shown: its text, where it leads and how it is drawn."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.audit.moment import moment
from crm.kernel.base.clock import now
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.dates import short_date
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models.people import Team, User
from crm.kernel.pages.known import reason_label
from crm.kernel.quality.models import ValueStanding
from crm.kernel.records.listing import Row
from crm.kernel.tenancy.scope import current_actor

RIGHT = frozenset({"integer", "decimal", "money", "percent"})
#: Types that are edited in their own form only, not in a cell.
_NOT_INLINE = frozenset({"computed", "links", "address", "long_text", "postal_address"})
_WIDTHS = {
    "integer": "short",
    "percent": "short",
    "decimal": "short",
    "yes_no": "short",
    "date": "mid",
    "datetime": "when",
    "money": "mid",
    "phone": "phone",
    "choice": "mid",
    "link": "long",
    "long_text": "long",
    "tags": "long",
    "email": "long",
    "url": "long",
    "postal_address": "long",
    "multi_choice": "long",
    "person_name": "long",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """`how` tells the template: text, link, links, person, mail, phone, web, chips, long, yes, no; `href` where it leads,
    `links` (text, href) of several; `why` it is empty, in words; `mark` how far it can be trusted, as `told` says."""

    field: Fact
    text: str
    how: str = "text"
    href: str = ""
    parts: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    editable: bool = False
    why: str = ""
    mark: str = ""
    told: str = ""

    @property
    def empty(self) -> bool:
        return not self.text and not self.parts

    @property
    def silent(self) -> bool:
        """Whether it tells nothing: no value, nor why there is none."""
        return self.empty and not self.why

    @property
    def right(self) -> bool:
        return self.field.type in RIGHT


def width_of(field: Fact) -> str:
    """The kind of column: short, mid, phone, when, long."""
    return _WIDTHS.get(field.type, "mid")


@lru_cache(maxsize=500)
def _prefix(plural: str) -> str:
    return reverse("pages.list", kwargs={"entity": plural})


def record_url(entity: Entity[Any], pk: UUID) -> str:
    """The address of a record's page. A list asks for hundreds, so only the kind's part is looked up, and once."""
    return f"{_prefix(entity.plural)}{pk}/"


def target_url(field: Fact, pk: UUID) -> str:
    """Where a link leads: the record's page. People, teams and the kinds that only serve others have none."""
    target = registry.of(field.target)
    if target is not None:
        return record_url(target, pk) if target.menu else ""
    return "" if field.target in (User, Team) else reverse("pages.go", kwargs={"pk": pk})


def cell(field: Fact, value: Any, name: Any, reading: Reading, editable: bool = False) -> Cell:
    """`name` is the name of what a link points to, "" where it may not be seen; (id, name) of each of many links."""
    if field.type == "link":
        return _link(field, value, name, editable)
    if field.type == "links":
        return _links(field, value or (), name or ())
    text = _text(field, value, reading)
    if value is None or value == [] or text == "":
        return Cell(field, "", editable=editable)
    if field.type in ("tags", "multi_choice"):
        labels = dict(field.choices_list)
        return Cell(field, text, "chips", parts=tuple(str(labels.get(one, one)) for one in value), editable=editable)
    if field.type == "yes_no":
        return Cell(field, text, "yes" if value else "no", editable=editable)
    how, scheme = {
        "email": ("mail", "mailto:"),
        "phone": ("phone", "tel:"),
        "url": ("web", ""),
        "long_text": ("long", ""),
    }.get(field.type, ("text", ""))
    return Cell(field, text, how, f"{scheme}{value}" if how in ("mail", "phone", "web") else "", editable=editable)


def _text(field: Fact, value: Any, reading: Reading) -> str:
    """As rows show it: days with their weekday, and without the year where it is this one."""
    if isinstance(value, datetime.date):
        zone = reading.zone
        day = value.astimezone(zone).date() if isinstance(value, datetime.datetime) else value
        short = short_date(day, reading, now().astimezone(zone).date())
        return f"{short} {value.astimezone(zone):%H:%M}" if isinstance(value, datetime.datetime) else short
    return str(field.display(value, reading))


def _link(field: Fact, value: Any, name: str, editable: bool) -> Cell:
    if not value:
        return Cell(field, "", editable=editable)
    if not name:
        return Cell(field, _("Not shared with you"), "hidden")
    how = "person" if field.target is User else "link"
    return Cell(field, name, how, target_url(field, value), editable=editable)


def _links(field: Fact, value: Sequence[UUID], named: Sequence[tuple[UUID, str]]) -> Cell:
    if value and not named:
        return Cell(field, _("Not shared with you"), "hidden")
    text = ", ".join(name for _pk, name in named)
    return Cell(field, text, "links", links=tuple((name, target_url(field, pk)) for pk, name in named))


def inline(entity: Entity[Any]) -> frozenset[str]:
    """Names of the fields which the actor may edit in a cell."""
    actor = current_actor()
    policy = policy_for(entity)
    if moment() is not None or not policy.may(actor, "edit"):
        return frozenset()
    closed = policy.readonly(actor) | policy.hidden(actor)
    return frozenset(name for name, field in entity.fields.items() if name not in closed and field.inline and field.type not in _NOT_INLINE)


def cells_of(entity: Entity[Any], row: Row, names: Sequence[str], reading: Reading, open_: frozenset[str] = frozenset()) -> list[Cell]:
    """The cells of one row in the order of names; `open_` are those which may be edited (see `inline`)."""
    return [cell(entity.fields[name], row.values.get(name), row.names.get(name, ""), reading, name in open_) for name in names]


def explained(many: Sequence[Cell], known: Mapping[str, ValueStanding]) -> list[Cell]:
    """The cells of one record; those that are empty say why, where that is known."""
    if not known:
        return list(many)
    return [replace(one, why=_why(known.get(one.field.name))) if one.empty and one.field.name in known else one for one in many]


def _why(one: ValueStanding | None) -> str:
    return reason_label(one.reason) if one is not None and one.reason else ""
