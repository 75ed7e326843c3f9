"""Why values are missing, on the one write path: a write gives `missing` {field: reason} beside its values.

A value that comes ends the reason, and a value that changes ends its verification, in whatever way it is written. A batch asks once
what is known of its records, and a batch of new ones does not ask at all.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from crm.kernel.entity.fields import Fact, Links
from crm.kernel.entity.reasons import Reason
from crm.kernel.quality.models import ValueStanding
from crm.kernel.quality.queries import standings
from crm.kernel.records.reading import links_of
from crm.kernel.tenancy import bulk

if TYPE_CHECKING:
    from crm.kernel.records.pipeline import Closed, Write

#: The name under which a write gives its reasons.
MISSING = "missing"
_NOTHING: tuple[Any, ...] = (None, "", [], ())


def read(write: "Write", raw: Any, closed: "Closed") -> dict[str, str]:
    """{field: code} of what was given, "" where a reason is taken back; what does not fit is noted with the write."""
    if not isinstance(raw, Mapping):
        write.wrong(MISSING, _("Write it as {field: reason}."))
        return {}
    hidden, readonly = closed
    found: dict[str, str] = {}
    for name, code in raw.items():
        field = write.entity.fields.get(name)
        if field is None or name in hidden:
            write.wrong(name, _("%(kind)s has no such field.") % {"kind": write.entity.label})
        elif name in readonly or not field.stands:
            write.wrong(name, _("This field cannot be written."))
        elif code not in (None, "", *Reason.values):
            write.wrong(name, _("Why it is missing is one of these: %(codes)s.") % {"codes": ", ".join(Reason.values)})
        else:
            found[name] = code or ""
    return found


def empty(write: "Write", field: Fact) -> bool:
    """Whether the field will have no value."""
    if isinstance(field, Links) and field.name not in write.values and not write.new:
        return not links_of(write.record.pk, field.name)
    return all(write.now(column) in _NOTHING for column in field.rests_on() if not column.endswith("_currency"))


def check(write: "Write") -> None:
    """A reason stands for no value, and for none that must be there."""
    for name, code in write.missing.items():
        field = write.entity.fields[name]
        if not code or name in write.errors:
            continue
        if not empty(write, field):
            write.wrong(name, _("%(label)s has a value. Give a reason only where it is empty.") % {"label": field.label})
        elif field.required:
            write.lack(name, _("%(label)s is needed; no reason stands in for it.") % {"label": field.label})


def without_same(writes: Iterable["Write"]) -> None:
    """Reasons that are known already say nothing new."""
    told = [write for write in writes if write.missing]
    known = standings([write.record.pk for write in told]) if told else {}
    for write in told:
        mine = known.get(write.record.pk, {})
        write.missing = {name: code for name, code in write.missing.items() if code != (mine[name].reason if name in mine else "")}


def not_applicable(write: "Write", name: str) -> bool:
    """Whether it is known that the field does not apply to the record."""
    if name in write.missing or write.new:
        return write.missing.get(name) == Reason.NOT_APPLICABLE
    known = standings([write.record.pk], [name]).get(write.record.pk, {})
    return name in known and known[name].reason == Reason.NOT_APPLICABLE


def keep(writes: list["Write"]) -> None:
    """Notes the reasons that were given, and ends what does not hold any more."""
    moved = [write for write in writes if not write.new and write.moves]
    known = standings([write.record.pk for write in moved]) if moved else {}
    over = [one.pk for write in moved for one in known.get(write.record.pk, {}).values() if _over(write, one)]
    if over:
        ValueStanding.objects.filter(pk__among=over).delete()
    made = [_reason(write, name, code) for write in writes for name, code in write.missing.items() if code]
    if made:
        bulk.insert(ValueStanding, made)


def _over(write: "Write", one: ValueStanding) -> bool:
    field = write.entity.fields.get(one.field)
    if one.field in write.missing:
        return True
    if field is None or not any(column in write.values for column in field.rests_on()):
        return False
    return not one.reason or not empty(write, field)


def _reason(write: "Write", name: str, code: str) -> ValueStanding:
    return bulk.new(ValueStanding, record_id=write.record.pk, kind=write.entity.kind, field=name, reason=code, by_id=write.actor.id)
