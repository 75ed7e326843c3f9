"""From a filter tree to a Django `Q`.

Every negative comparison is written `value is there AND NOT …`, which keeps SQL's three-valued meaning instead of Django's
`exclude`. Paths go through links (`account.industry`) and to related kinds (`opportunities.amount`), the latter as EXISTS.
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError, Link, Links, Text
from crm.kernel.entity.fields.fact import EQUALITY, STANDING, WAITING
from crm.kernel.entity.filter.nodes import MOST_NODES, All, Any_, Found, Node, Not, Where, flat, leaves, wrong
from crm.kernel.entity.filter.periods import moment, span
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import parse_text
from crm.kernel.entity.reasons import UNSAID, Reason
from crm.kernel.entity.registry import registry

Seen = Callable[[Entity[Any]], Q]
"""The rows of a kind which the asker may see, as a Q on that kind's model."""


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom a filter is compiled: reading habits, `me`, hidden fields, rows of other kinds."""

    reading: Reading
    me: Any = None
    team: Any = None
    hidden: Callable[[Entity[Any]], frozenset[str]] = field(default=lambda entity: frozenset())
    seen: Seen = field(default=lambda entity: Q())


def compile_filter(node: Node | None, entity: Entity[Any], asker: Asker) -> Q:
    """The condition on `entity.model`; raises Wrong naming the field or value that does not fit."""
    if node is None:
        return Q()
    if len(leaves(node)) > MOST_NODES:
        raise wrong(_("A filter may have at most %(n)s comparisons.") % {"n": MOST_NODES})
    return _node(flat(node), entity, asker)


def _node(node: Node, entity: Entity[Any], asker: Asker) -> Q:
    match node:
        case All(parts):
            made = Q()
            for part in parts:
                made &= _node(part, entity, asker)
            return made
        case Any_(parts):
            if not parts:
                return Q(pk__in=[])
            made = _node(parts[0], entity, asker)
            for part in parts[1:]:
                made |= _node(part, entity, asker)
            return made
        case Where():
            return _where(node, entity, asker, "")
        case Found(ids):
            return Q(pk__among=list(ids))
        case Not():
            raise TypeError("the tree was not flattened")


def _where(where: Where, entity: Entity[Any], asker: Asker, path: str) -> Q:
    head, _dot, rest = where.field.partition(".")
    if rest:
        return _through(where, head, rest, entity, asker, path)
    found = entity.field("owner" if head == "owner_id" else head)
    if found is None or head in asker.hidden(entity):
        raise wrong(_("%(kind)s has no field “%(field)s”.") % {"kind": entity.label, "field": head})
    if where.op not in found.compares:
        if found.why_closed and not found.filterable:
            raise wrong(f"{found.label}: {found.why_closed}")
        allowed = ", ".join(found.compares)
        raise wrong(_("“%(field)s” can be compared by: %(ops)s.") % {"field": head, "ops": allowed})
    if where.op in STANDING:
        return _standing(found, where, path)
    if where.op in WAITING:
        rows = apps.get_model("approval", "PendingChange").objects.filter(record_id=OuterRef(f"{path}pk"), field=found.name)
        there = Q(Exists(rows.filter(state="waiting", expires_at__gt=Now())))
        return there if where.op == "pending" else ~there
    if isinstance(found, Links):
        return _links(found, where, asker)
    title = said_of(found, where)
    if title:
        return _through(where, head, title, entity, asker, path)
    return _leaf(found, where, asker, path)


def _standing(field_: Fact, where: Where, path: str) -> Q:
    """Why a value is missing, or whether it is verified now, by the side table that holds what is known of single values."""
    rows = apps.get_model("quality", "ValueStanding").objects.filter(record_id=OuterRef(f"{path}pk"), field=field_.name)
    if where.op in ("missing", "not_missing"):
        if where.value not in (*Reason.values, UNSAID):
            raise wrong(_("Why it is missing is one of these: %(codes)s.") % {"codes": ", ".join((*Reason.values, UNSAID))})
        unsaid = where.value == UNSAID
        because = ~_there(field_, path) & ~Q(Exists(rows.exclude(reason=""))) if unsaid else Q(Exists(rows.filter(reason=where.value)))
        return because if where.op == "missing" else ~because
    holds = Q(Exists(rows.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), reason="")))
    return holds if where.op == "verified" else _there(field_, path) & ~holds


def _there(field_: Fact, path: str) -> Q:
    """The field has a value."""
    if isinstance(field_, Links):
        return Q(Exists(_linked(field_)))
    found = Q()
    for column in [field_.filter_ref("")] if field_.filterable else field_.columns():
        found |= Q(**{f"{path}{column}__isnull": False})
    return found


def said_of(found: Fact, where: Where) -> str:
    """The field by which the target of a link is called, where the filter says its name and not its id: stage = Won."""
    target = registry.of(found.target) if isinstance(found, Link) else None
    values = where.value if isinstance(where.value, (list, tuple)) else [where.value]
    if target is None or where.op not in EQUALITY or target.title_field.type not in ("text", "person_name"):
        return ""
    names = [one for one in values if isinstance(one, str) and one.strip() and one not in ("me", "my_team") and as_uuid(one) is None]
    return target.title if values and len(names) == len(values) else ""


def _through(where: Where, head: str, rest: str, entity: Entity[Any], asker: Asker, path: str) -> Q:
    inner = Where(rest, where.op, where.value)
    link = entity.field(head)
    if isinstance(link, (Link, Links)) and head not in asker.hidden(entity):
        target = registry.of(link.target)
        if target is None:
            raise wrong(_("“%(field)s” does not lead to a record kind.") % {"field": head})
        rows = target.model._default_manager.filter(asker.seen(target), _where(inner, target, asker, ""))
        if isinstance(link, Links):
            return Q(Exists(_linked(link).filter(target_id__in=rows.values("pk"))))
        return Q(**{f"{path}{head}__in": rows.values("pk")})
    other = registry.plural(head)
    back = next((f for o, f in registry.links_to(entity) if o is other), None) if other else None
    if other is None or back is None:
        raise wrong(_("%(kind)s has no field “%(field)s”.") % {"kind": entity.label, "field": head})
    rows = other.model._default_manager.filter(
        asker.seen(other), _where(inner, other, asker, ""), **{f"{back.name}_id": OuterRef("pk")}
    )
    return Q(Exists(rows))


def _linked(links: Links) -> Any:
    """The links of one many-links field of the row at hand."""
    return apps.get_model("records", "RecordLink").objects.filter(source_id=OuterRef("pk"), field=links.name)


def _links(links: Links, where: Where, asker: Asker) -> Q:
    rows = _linked(links)
    there = Q(Exists(rows))
    if where.op in ("empty", "filled"):
        return there if where.op == "filled" else ~there
    found = Q(Exists(rows.filter(target_id__in=_clean(links, [where.value], asker.reading))))
    return found if where.op == "has" else there & ~found


def _clean(field_: Fact, raw: Any, reading: Reading) -> Any:
    """The cleaned value. A text that is looked for need not be well-formed: it may be the wrong one that stands there."""
    readers: list[Callable[[], Any]] = [lambda: field_.clean(raw, reading)]
    if isinstance(field_, Text) and isinstance(raw, str):
        readers.append(lambda: parse_text(raw, reading, longest=field_.longest))
    for number, read in enumerate(readers, start=1):
        try:
            return read()
        except FieldError as error:
            if number == len(readers):
                raise wrong(f"{field_.label}: {error.message}") from error
    return None


def clean_value(field_: Fact, raw: Any, asker: Asker) -> Any:
    """One cleaned value in the form the database compares; `me` and team words for links."""
    if isinstance(field_, Link) and isinstance(raw, str):
        words = {"me": asker.me, "my_team": asker.team}
        if raw in words:
            return words[raw]
    value = _clean(field_, raw, asker.reading)
    if value is None:
        raise wrong(_("“%(field)s” needs a value to compare with.") % {"field": field_.label})
    if isinstance(value, list):
        return value
    return field_.compared(value)


_CLOCK = re.compile("[:：时時点點]")


def day_alone(value: datetime.datetime, raw: Any, reading: Reading) -> datetime.date | None:
    """The day that a text without a time names: the whole of it is meant. None where a time was named."""
    local = value.astimezone(reading.zone)
    return local.date() if isinstance(raw, str) and local.time() == datetime.time() and not _CLOCK.search(raw) else None


def days_of(field_: Fact, raw: Any, asker: Asker) -> tuple[Any, Any]:
    """[first, after last) of a day, a moment or a relative word, in the field's own type."""
    found = span(raw, asker.reading) if isinstance(raw, str) else None
    if found is None:
        value = clean_value(field_, raw, asker)
        day = day_alone(value, raw, asker.reading) if isinstance(value, datetime.datetime) else value
        if day is None:
            return value, value + datetime.timedelta(microseconds=1)
        found = (day, day + datetime.timedelta(days=1))
    if field_.type == "datetime":
        return moment(found[0], asker.reading), moment(found[1], asker.reading)
    return found


def _day_leaf(field_: Fact, op: str, value: Any, ref: str, asker: Asker) -> Q:
    if op == "between":
        first, last = pair_of(value)
        return Q(**{f"{ref}__gte": days_of(field_, first, asker)[0], f"{ref}__lt": days_of(field_, last, asker)[1]})
    start, end = days_of(field_, value, asker)
    match op:
        case "lt":
            return Q(**{f"{ref}__lt": start})
        case "lte":
            return Q(**{f"{ref}__lt": end})
        case "gt":
            return Q(**{f"{ref}__gte": end})
        case "gte":
            return Q(**{f"{ref}__gte": start})
    return Q(**{f"{ref}__gte": start, f"{ref}__lt": end})


def pair_of(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise wrong(_("“between” needs two values."))
    return value[0], value[1]


_LOOKUPS = {"is": "", "lt": "__lt", "lte": "__lte", "gt": "__gt", "gte": "__gte", "starts": "__startswith"}


def _positive(field_: Fact, op: str, value: Any, ref: str, asker: Asker) -> Q:
    if field_.type in ("date", "datetime") and op in ("is", "lt", "lte", "gt", "gte", "between", "within"):
        return _day_leaf(field_, op, value, ref, asker)
    if op == "in":
        if not isinstance(value, (list, tuple)):
            raise wrong(_("“in” needs a list of values."))
        return Q(**{f"{ref}__in": [clean_value(field_, one, asker) for one in value]})
    if op == "between":
        first, last = (clean_value(field_, one, asker) for one in pair_of(value))
        return Q(**{f"{ref}__gte": first, f"{ref}__lte": last})
    if op in ("contains", "starts"):
        if not isinstance(value, str) or not value.strip() or "\x00" in value:
            raise wrong(_("“%(field)s” needs some letters to look for.") % {"field": field_.label})
        word = field_.compared(value)
        found = Q(**{f"{ref}__{'contains' if op == 'contains' else 'startswith'}": word})
        others = field_.meant(value, op == "starts")
        return found | Q(**{f"{ref}__in": others}) if others else found
    if op == "has":
        return Q(**{f"{ref}__contains": clean_value(field_, [value], asker)})
    return Q(**{f"{ref}{_LOOKUPS[op]}": clean_value(field_, value, asker)})


def _leaf(field_: Fact, where: Where, asker: Asker, path: str) -> Q:
    ref = field_.filter_ref(path)
    if where.op in ("empty", "filled"):
        return Q(**{f"{ref}__isnull": where.op == "empty"})
    negative = where.op in ("is_not", "has_not") or where.op.startswith("not_")
    op = {"is_not": "is", "has_not": "has"}.get(where.op, where.op.removeprefix("not_"))
    found = _positive(field_, op, where.value, ref, asker)
    return Q(**{f"{ref}__isnull": False}) & ~found if negative else found
