"""Whether a filter holds of one record that need not be stored yet: what layouts ask while somebody types.

It means the same as `compile_filter` in the database: neither a comparison with a missing value nor its opposite holds. It looks at
the record's own fields and, through links, at those of the records they lead to; never at what leads to the record.
"""

import datetime
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link
from crm.kernel.entity.fields.fact import STANDING, WAITING
from crm.kernel.entity.filter.compile import Asker, clean_value, compile_filter, days_of, pair_of, said_of
from crm.kernel.entity.filter.nodes import All, Any_, Node, Where, flat, leaves, wrong
from crm.kernel.entity.filter.words import parse_text
from crm.kernel.entity.registry import registry
from crm.kernel.tenancy.scope import once

Read = Callable[[str], Any]
"""{attribute of a record: its value}, as the model names them: a link by `account_id`."""


def condition(text: str, entity: Entity[Any], asker: Asker) -> Node:
    """The filter that a text means, of which `holds` can be asked; raises Wrong with what does not fit."""
    node = parse_text(text)
    compile_filter(node, entity, asker)
    for leaf in leaves(node):
        head, _dot, rest = leaf.field.partition(".")
        found = entity.field(head)
        far = bool(rest) and ("." in rest or found is None or registry.of(found.target) is None)
        if found is None or leaf.op in (*STANDING, *WAITING) or found.type == "links" or far:
            said = _("“%(field)s” cannot decide this: use the record's own fields, or one of a record it links to.")
            raise wrong(said % {"field": leaf.field})
    return node


def fits(node: Node, entity: Entity[Any]) -> bool:
    """Whether all fields of a condition are there still."""
    return all(leaf.field.partition(".")[0] in entity.fields for leaf in leaves(node))


def holds(node: Node, entity: Entity[Any], read: Read, asker: Asker) -> bool:
    """Whether it is known to be so. What cannot be compared any more (a choice that is gone) is not."""
    try:
        return _truth(flat(node), entity, read, asker)
    except Wrong:
        return False


def _truth(node: Node, entity: Entity[Any], read: Read, asker: Asker) -> bool:
    match node:
        case All(parts):
            return all(_truth(part, entity, read, asker) for part in parts)
        case Any_(parts):
            return any(_truth(part, entity, read, asker) for part in parts)
        case Where():
            return _leaf(node, entity, read, asker)
    raise TypeError("only what was flattened and written by hand is asked of one record")


def _leaf(where: Where, entity: Entity[Any], read: Read, asker: Asker) -> bool:
    head, _dot, rest = where.field.partition(".")
    field = entity.fields[head]
    value = read(field.attname) if isinstance(field, Link) else read(head)
    rest = rest or said_of(field, where)
    if rest:
        return _through(field, value, Where(rest, where.op, where.value), asker)
    there = value not in (None, "", [], ())
    if where.op in ("empty", "filled"):
        return there == (where.op == "filled")
    if not there:
        return False
    negative = where.op in ("is_not", "has_not") or where.op.startswith("not_")
    op = {"is_not": "is", "has_not": "has"}.get(where.op, where.op.removeprefix("not_"))
    return _compared(field, op, value, where.value, asker) != negative


def _through(field: Fact, pk: Any, inner: Where, asker: Asker) -> bool:
    target = registry.of(field.target)
    if pk is None or target is None:
        return False
    record = once(("led to", target.kind, pk), lambda: target.model._default_manager.filter(pk=pk, deleted_at=None).first())
    return record is not None and _leaf(inner, target, lambda name: getattr(record, name, None), asker)


def _compared(field: Fact, op: str, value: Any, raw: Any, asker: Asker) -> bool:
    if field.type in ("date", "datetime"):
        return _on_day(field, op, value, raw, asker)
    mine = field.compared(value)
    if op == "in":
        return mine in [clean_value(field, one, asker) for one in raw]
    if op == "between":
        first, last = (clean_value(field, one, asker) for one in pair_of(raw))
        return bool(first <= mine <= last)
    if op in ("contains", "starts"):
        word, others = field.compared(raw), field.meant(raw, op == "starts")
        return (word in mine if op == "contains" else mine.startswith(word)) or mine in others
    if op == "has":
        return set(clean_value(field, [raw], asker)) <= set(value)
    other = clean_value(field, raw, asker)
    match op:
        case "lt":
            return bool(mine < other)
        case "lte":
            return bool(mine <= other)
        case "gt":
            return bool(mine > other)
        case "gte":
            return bool(mine >= other)
    return bool(mine == other)


def _on_day(field: Fact, op: str, value: datetime.date, raw: Any, asker: Asker) -> bool:
    if op == "in":
        return value in [clean_value(field, one, asker) for one in raw]
    if op == "between":
        first, last = pair_of(raw)
        return bool(days_of(field, first, asker)[0] <= value < days_of(field, last, asker)[1])
    start, end = days_of(field, raw, asker)
    match op:
        case "lt":
            return bool(value < start)
        case "lte":
            return bool(value < end)
        case "gt":
            return bool(value >= end)
        case "gte":
            return bool(value >= start)
    return bool(start <= value < end)
