"""Marking values as verified, and taking that back: whoever may write a field may say how he made sure of its value."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.text import clean
from crm.kernel.quality.codes import Method
from crm.kernel.quality.models import ValueStanding
from crm.kernel.quality.queries import standings
from crm.kernel.records.reading import value_of
from crm.kernel.records.writing import locked, touched_since
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import current_actor

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Proof:
    """How somebody made sure of a value: by which `codes.Method`, in his words, and until when that counts (None: for good)."""

    method: str
    note: str = ""
    until: datetime.datetime | None = None

    def unfit(self) -> dict[str, list[Any]]:
        """{name: what is right} of what cannot be."""
        wrong: dict[str, list[Any]] = {}
        if self.method not in Method.values:
            wrong["method"] = [_("How it was verified is one of these: %(codes)s.") % {"codes": ", ".join(Method.values)}]
        try:
            if len(clean(self.note)) > LONGEST_NOTE:
                wrong["note"] = [_("At most %(most)s characters.") % {"most": LONGEST_NOTE}]
        except FieldError as error:
            wrong["note"] = [error.message]
        if self.until is not None and self.until <= now():
            wrong["until"] = [_("Choose a day to come.")]
        return wrong


def verify(entity: Entity[Any], record_id: UUID, fields: Sequence[str], proof: Proof, version: int | None = None) -> Any:
    """The values of these fields are right, as the proof shows. Answers the record.

    With `version`, a field that somebody changed after it raises Conflict: that value nobody has looked at. Raises Wrong, by name, for
    fields without a value and for a method or moment that cannot be.
    """
    record = locked(entity, [record_id], "edit")[0]
    wrong = _unfit(entity, record, fields) | proof.unfit()
    if wrong:
        raise Wrong(fields=wrong)
    if version is not None and version != record.version:
        _refuse_unseen(entity, record, fields, version)
    refuse_to_weaken(entity, record.pk, fields, proof.until)
    ValueStanding.objects.filter(record_id=record.pk, field__in=fields).delete()
    facts = {"method": proof.method, "note": clean(proof.note), "expires_at": proof.until, "by_id": current_actor().id}
    facts |= {"record_id": record.pk, "kind": entity.kind}
    bulk.insert(ValueStanding, [bulk.new(ValueStanding, field=name, **facts) for name in dict.fromkeys(fields)])
    return record


def no_longer_verified(entity: Entity[Any], record_id: UUID, fields: Sequence[str]) -> Any:
    """Takes back that the values of these fields are verified. Answers the record. Raises Wrong for fields that are not."""
    record = locked(entity, [record_id], "edit")[0]
    known = standings([record.pk], fields).get(record.pk, {})
    wrong = _closed(entity, fields)
    bare = [name for name in fields if name not in wrong and not (name in known and known[name].method)]
    wrong |= {name: [_("This value is not verified.")] for name in bare}
    if wrong or not fields:
        raise Wrong(fields=wrong or {"fields": [_("Name at least one field.")]})
    refuse_to_weaken(entity, record.pk, fields, now())
    ValueStanding.objects.filter(record_id=record.pk, field__in=fields).exclude(method="").delete()
    return record


def refuse_to_weaken(entity: Entity[Any], record_id: UUID, fields: Iterable[str], until: datetime.datetime | None) -> None:
    """Raises NotAllowed where somebody other than an administrator ends or shortens the verification of a protected value: with it the
    need for approval would go. `until`: when the verification is to end, None: never."""
    names = [name for name in fields if name in entity.protected]
    if not names or until is None or current_actor().is_admin:
        return
    known = standings([record_id], names).get(record_id, {})
    if any(one.holds and (one.expires_at is None or one.expires_at > until) for one in known.values()):
        raise NotAllowed(_("Changes of this value need approval, so only an administrator ends or shortens its verification."))


def verifiable(entity: Entity[Any]) -> dict[str, Fact]:
    """{name: field} of those whose values the ambient actor may mark as verified: what he may write."""
    policy, actor = policy_for(entity), current_actor()
    closed = policy.hidden(actor) | policy.readonly(actor)
    return {name: field for name, field in entity.fields.items() if field.stands and name not in closed}


def _closed(entity: Entity[Any], fields: Iterable[str]) -> dict[str, list[Any]]:
    hidden, open_ = policy_for(entity).hidden(current_actor()), verifiable(entity)
    wrong: dict[str, list[Any]] = {}
    for name in fields:
        if name not in entity.fields or name in hidden:
            wrong[name] = [_("%(kind)s has no such field.") % {"kind": entity.label}]
        elif name not in open_:
            wrong[name] = [_("This field cannot be written.")]
    return wrong


def _unfit(entity: Entity[Any], record: Any, fields: Sequence[str]) -> dict[str, list[Any]]:
    wrong = _closed(entity, fields)
    for name in fields:
        if name not in wrong and value_of(record, entity.fields[name]) in (None, "", []):
            wrong[name] = [_("%(label)s has no value to verify.") % {"label": entity.fields[name].label}]
    return wrong or ({} if fields else {"fields": [_("Name at least one field.")]})


def _refuse_unseen(entity: Entity[Any], record: Any, fields: Iterable[str], version: int) -> None:
    theirs = touched_since(entity, record, version)
    unseen = [str(entity.fields[name].label) for name in fields if theirs.intersection([name, *entity.fields[name].rests_on()])]
    if unseen:
        said = _("%(fields)s was changed while you looked at it. Look at the new value first.")
        raise Conflict(said % {"fields": ", ".join(unseen)}, version=record.version)
