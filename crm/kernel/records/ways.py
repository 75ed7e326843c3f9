"""The way back of shares and of what is known of values: what was given ends, what was ended or changed is as it was, under the rules
of today."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.access.models import Share
from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import NotFound, Refusal
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.reasons import Reason
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import Team, User
from crm.kernel.quality.codes import Method
from crm.kernel.quality.models import ValueStanding
from crm.kernel.records import sharing
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of, value_of
from crm.kernel.records.rows import Deed, Way, way_back
from crm.kernel.tenancy.scope import current_actor

_LABELS = {"edit": gettext_lazy("They may"), "until": gettext_lazy("Last day"), "limits": gettext_lazy("Fields")}


def _whom(changes: Mapping[str, Any]) -> str:
    """The id of the person or team of a share."""
    return next((str(side) for name in ("user_id", "team_id") for side in changes.get(name, ()) if side), "")


class SharesBack(Way):
    """An entry of a share is one of its record: whom it is for tells which one."""

    model = Share
    name = "share"
    told = ("edit", "until", "limits", "user_id", "team_id")

    def key(self, entry: AuditEntry) -> str:
        return f"{entry.record}:{_whom(entry.changes)}"

    def since(self, deed: Deed) -> str:
        return f"share-{_whom(deed.changes)}"

    def row(self, deed: Deed) -> Any:
        whom = as_uuid(_whom(deed.changes))
        rows = Share.objects.filter(record_id=deed.record)
        return next((one for one in rows if whom is not None and whom in (one.user_id, one.team_id)), None)

    def title(self, deed: Deed, row: Any) -> str:
        named = names_of(RecordRow, [deed.record]).get(deed.record, _("Not shared with you"))
        pk = as_uuid(_whom(deed.changes))
        whom = next(iter({**names_of(User, [pk]), **names_of(Team, [pk])}.values()), "") if pk is not None else ""
        return f"{named} · {whom}" if whom else named

    def label(self, path: str) -> str:
        return str(_LABELS.get(path, gettext_lazy("Shared with")))

    def shown(self, path: str, value: Any) -> str:
        if path == "edit":
            return _("see and edit it") if value else _("see it")
        return super().shown(path, ", ".join(value) if isinstance(value, Mapping) else value)

    def touches(self, entry: AuditEntry, path: str) -> bool:
        return entry.table_name == Share._meta.db_table and (path in entry.changes or path == f"share-{_whom(entry.changes)}")

    def refused(self, deed: Deed, row: Any) -> str:
        entity = _kind(deed.record)
        record = entity.model._default_manager.filter(pk=deed.record, deleted_at=None).first() if entity is not None else None
        if record is None:
            return _("It is not there any more.")
        assert entity is not None
        return "" if policy_for(entity).may(current_actor(), "edit", record) else _("You may not change this record.")

    def remove(self, row: Any, deed: Deed) -> None:
        sharing.unshare(_there(deed.record), deed.record, row.pk)

    def restore(self, deed: Deed, values: Mapping[str, Any]) -> None:
        self._give(deed.record, values)

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        now = {column: getattr(row, column) for column in self.told}
        self._give(row.record_id, {**now, **values})

    def _give(self, record: UUID, facts: Mapping[str, Any]) -> None:
        whom = {"user": facts.get("user_id"), "team": facts.get("team_id")}
        share = sharing.share(_there(record), record, **whom, edit=bool(facts.get("edit")), until=facts.get("until"))
        # What was shut for whoever shared it stays shut, though he who takes it back may see more.
        both = [dict(facts.get("limits") or {}), share.limits]
        limits = {name: "hidden" if "hidden" in (one.get(name) for one in both) else "readonly" for name in both[0] | both[1]}
        if limits != share.limits:
            share.limits = limits
            share.save(update_fields=["limits"])


def _kind(record: UUID) -> Entity[Any] | None:
    kind = RecordRow.objects.filter(pk=record).values_list("kind", flat=True).first()
    return registry.kind(kind) if kind is not None else None


def _there(record: UUID) -> Entity[Any]:
    found = _kind(record)
    if found is None:
        raise NotFound
    return found


def _field(changes: Mapping[str, Any]) -> str:
    """The field that an entry of a value's standing is about."""
    return next((str(side) for side in changes.get("field", ()) if side), "")


class StandingsBack(Way):
    """Why a value was missing, and that one was verified, by whom and when: it stands again as it stood."""

    model = ValueStanding
    name = "standing"
    told = ("reason", "method", "note", "expires_at")
    last = True

    def key(self, entry: AuditEntry) -> str:
        return f"{entry.record}:{_field(entry.changes)}"

    def since(self, deed: Deed) -> str:
        return f"standing-{_field(deed.changes)}"

    def row(self, deed: Deed) -> Any:
        """None of a record in the bin, with which everything that is known of it goes and comes back."""
        rows = ValueStanding.objects.filter(record_id=deed.record, field=_field(deed.changes))
        return (rows.filter(record__deleted_at=None) if deed.made else rows).first()

    def title(self, deed: Deed, row: Any) -> str:
        named = names_of(RecordRow, [deed.record]).get(deed.record, _("Not shared with you"))
        return f"{named} · {self._label(deed)}"

    def _label(self, deed: Deed) -> str:
        entity, name = _kind(deed.record), _field(deed.changes)
        return str(entity.fields[name].label) if entity is not None and name in entity.fields else name

    def label(self, path: str) -> str:
        return _("What is known of the value")

    def shown(self, path: str, value: Any) -> str:
        known = dict(Reason.choices) if path == "reason" else dict(Method.choices) if path == "method" else {}
        return str(known.get(value, super().shown(path, value)))

    def touches(self, entry: AuditEntry, path: str) -> bool:
        return entry.table_name == ValueStanding._meta.db_table and path in (f"standing-{_field(entry.changes)}", *self.told)

    def refused(self, deed: Deed, row: Any) -> str:
        entity, actor = _kind(deed.record), current_actor()
        record = entity.model._default_manager.filter(pk=deed.record, deleted_at=None).first() if entity is not None else None
        if entity is None or record is None:
            return _("It is not there any more.")
        policy = policy_for(entity)
        if _field(deed.changes) in policy.readonly(actor) | policy.hidden(actor):
            return _("You may not change one of its fields.")
        if row is not None and row.holds and _field(deed.changes) in entity.protected:
            return _("Changes of this value need approval, so its verification is not ended by taking something back.")
        return "" if policy.may(actor, "edit", record) else _("You may not change this record.")

    def remove(self, row: Any, deed: Deed) -> None:
        row.delete()

    def restore(self, deed: Deed, values: Mapping[str, Any]) -> None:
        """Only where it still fits: a reason where there is no value, a verification where the value is back."""
        entity, name = _there(deed.record), _field(deed.changes)
        record = entity.model._default_manager.get(pk=deed.record)
        there = name in entity.fields and value_of(record, entity.fields[name]) not in (None, "", [])
        if there != bool(values.get("method")):
            raise Refusal(_("The value is another one now."))
        ValueStanding.objects.filter(record_id=deed.record, field=name).delete()
        facts = {column: values[column] for column in (*self.told, "at", "by_id") if column in values}
        ValueStanding(record_id=deed.record, kind=entity.kind, field=name, **facts).save(force_insert=True)

    def change(self, row: Any, values: Mapping[str, Any]) -> None:
        told = {column: getattr(row, column) for column in (*self.told, "at", "by_id")}
        told |= {path: "" if value is None and path != "expires_at" else value for path, value in values.items()}
        self.restore(Deed(row.record_id, "", changes={"field": [row.field, row.field]}), told)


way_back(SharesBack())
way_back(StandingsBack())
