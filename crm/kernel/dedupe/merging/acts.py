"""Merging records: one transaction, one act with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Conflict, NotFound, Words, Wrong
from crm.kernel.dedupe.merging.moving import follow, hold_still, move, retitle
from crm.kernel.dedupe.merging.proposals import TOGETHER, Proposal, propose, taken
from crm.kernel.dedupe.merging.standings import known, take_over
from crm.kernel.dedupe.merging.values import as_kept, difference, plain, root_of
from crm.kernel.dedupe.models import Merge
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Links
from crm.kernel.outbox.publishing import publish
from crm.kernel.records.events import RecordsMerged
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import fetch, links_of, stands_for, visible_ids
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change, locked, remove_many
from crm.kernel.tenancy.scope import because, current_actor, forget

#: So many records can become one at a time.
MOST = 5


def merge(
    entity: Entity[Any], survivor: UUID, others: Sequence[UUID], values: Mapping[str, Any] | None = None,
    versions: Mapping[UUID, int] | None = None, reason: str = "",
) -> list[Merge]:
    """Merges `others` into the record `survivor` of the same kind; answers a merge for each of them, by which it can be split off.

    `values` {field: the id of the record whose value is kept, TOGETHER for lists, or a value}; what is not named is as `propose` says.
    `versions` {record: the version that was looked at}. Needs the right to edit the survivor and to delete the others. Raises Conflict
    for versions that are past and for what was merged already.
    """
    ids = _asked(entity, survivor, others)
    records = {record.pk: record for record in _all_locked(entity, survivor, ids[1:])}
    for pk, version in (versions or {}).items():
        if pk in records and records[pk].version != version:
            raise Conflict(_("Somebody has changed one of these records since you looked at it. Look at it again."))
    proposal = propose(entity, [records[pk] for pk in ids], survivor)
    chosen, sources, together = _chosen(entity, proposal, survivor, ids, values or {})
    reason = reason.strip()[:400]
    with because(reason or "merge"):
        before, links, told = as_kept(entity, survivor), _links(entity, survivor), known(survivor)
        made = [Merge(kind=entity.kind, survivor_id=survivor, loser_id=pk, reason=reason, by_id=current_actor().id) for pk in ids[1:]]
        Merge.objects.bulk_create(made)
        changed = [move(one, entity) for one in made]
        forget()
        remove_many(entity, ids[1:])
        RecordRow.objects.filter(pk__in=ids[1:]).update(merged_into_id=survivor)
        _keep(entity, survivor, chosen)
        for some in changed:
            follow(some)
        if entity.title in chosen:
            retitle(entity, survivor)
        take_over(made, told, sources)
        _note(entity, made, difference(before, as_kept(entity, survivor)), sources)
        _note_lists(entity, made, proposal, together, links)
        _finish(entity, made, records[survivor])
    return made


def _asked(entity: Entity[Any], survivor: UUID, others: Sequence[UUID]) -> list[UUID]:
    """The survivor and the others, which are of its kind and none twice."""
    ids = [survivor, *others]
    if not others or len(set(ids)) != len(ids):
        raise Wrong(fields={"with": [_("Name at least one other record, and none twice.")]})
    if len(ids) > MOST:
        raise Wrong(fields={"with": [_("At most %(most)s records can be merged at a time.") % {"most": MOST}]})
    kinds = dict(RecordRow.objects.filter(pk__in=ids).values_list("pk", "kind"))
    foreign = [pk for pk in ids if kinds.get(pk, entity.kind) != entity.kind]
    if foreign and visible_ids(RecordRow, foreign, binned=True) == set(foreign):
        raise Wrong(fields={"with": [_("Only records of one kind can be merged.")]})
    return ids


def _all_locked(entity: Entity[Any], survivor: UUID, others: Sequence[UUID]) -> list[Any]:
    """The records, locked in the order of their ids as every writer does, then their rows, so that nothing new points to them meanwhile."""
    ids = [survivor, *others]
    hold_still(entity, ids)
    for pk in ids:
        there = stands_for(pk)
        if there is not None and visible_ids(entity.model, [there]):
            raise Conflict(_("One of these records was merged into another one already."))
    return [*locked(entity, [survivor], "edit"), *locked(entity, others, "delete")]


def _chosen(
    entity: Entity[Any], proposal: Proposal, survivor: UUID, ids: Sequence[UUID], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, UUID], list[str]]:
    """({name: raw value} to write, {field: the record it comes from}, the fields whose lists are put together)."""
    missing = _("%(kind)s has no such field.") % {"kind": entity.label}
    unknown: dict[str, list[Words]] = {name: [missing] for name in values if proposal.row(name) is None}
    if unknown:
        raise Wrong(fields=unknown)
    raw: dict[str, Any] = {}
    sources: dict[str, UUID] = {}
    together: list[str] = []
    for row in proposal.rows:
        found, source, joined = taken(row, values.get(row.field.name, row.proposed), survivor, ids)
        if found is None or not row.open:
            continue
        raw |= found
        if source is not None:
            sources[row.field.name] = source
        together += [row.field.name] if joined == [TOGETHER] else []
    return raw, sources, together


def _links(entity: Entity[Any], record: UUID) -> dict[str, list[UUID]]:
    return {name: links_of(record, name) for name, field in entity.fields.items() if isinstance(field, Links)}


def _keep(entity: Entity[Any], survivor: UUID, chosen: Mapping[str, Any]) -> None:
    """Writes the values that are kept; the survivor has a new version in any case, for it is another record now."""
    was = entity.model._default_manager.values_list("version", flat=True).get(pk=survivor)
    changed = change(entity, survivor, chosen) if chosen else None
    if changed is None or changed.version == was:
        entity.model._default_manager.filter(pk=survivor).update(version=was + 1)


def _note(entity: Entity[Any], made: Sequence[Merge], changes: Mapping[str, list[Any]], sources: Mapping[str, UUID]) -> None:
    """Which merge brought which columns; what nobody brought (a value that was typed, what follows from others) came with the first."""
    by_loser = {str(one.loser_id): one for one in made}
    for column, pair in changes.items():
        source = sources.get(root_of(entity, column))
        home = by_loser.get(str(source or pair[0]), made[0])
        home.columns[column] = pair


def _note_lists(
    entity: Entity[Any], made: Sequence[Merge], proposal: Proposal, together: Iterable[str], links: Mapping[str, list[UUID]]
) -> None:
    """What lists gained of each record; a list that was replaced by another one counts like any value."""
    for row in proposal.rows:
        name = row.field.name
        if name in together:
            there = set(plain(row.side(made[0].survivor_id).parts[0]))
            for one in made:
                gained = [each for each in plain(row.side(one.loser_id).parts[0]) if each not in there]
                there.update(gained)
                one.columns = {column: pair for column, pair in one.columns.items() if root_of(entity, column) != name}
                if gained:
                    one.gains[name] = gained
        elif isinstance(row.field, Links):
            now = links_of(made[0].survivor_id, name)
            if set(now) != set(links[name]):
                made[0].columns[f"links.{name}"] = [plain(links[name]), plain(now)]


def _finish(entity: Entity[Any], made: Sequence[Merge], survivor: Any) -> None:
    names = dict(RecordRow.objects.filter(pk__in=[one.loser_id for one in made]).values_list("pk", "title"))
    first = entity.called(names[made[0].loser_id])
    facts = {"name": entity.name_of(survivor), "other": first, "num": len(made)}
    label = _("%(other)s merged into %(name)s") if len(made) == 1 else _("%(num)s records merged into %(name)s")
    act = note(label % facts, len(made) + 1)
    for one in made:
        one.act, one.txid, one.at = act, act.txid, act.at
    Merge.objects.bulk_update(made, ["columns", "gains", "act", "txid", "at"])
    losers, merges = tuple(one.loser_id for one in made), tuple(one.pk for one in made)
    publish(RecordsMerged(record=made[0].survivor_id, kind=entity.kind, losers=losers, merges=merges, reason=made[0].reason))


def proposal_for(entity: Entity[Any], ids: Sequence[UUID], survivor: UUID | None = None) -> tuple[Proposal, list[Any]]:
    """What a merge would keep, and the records, for the page on which it is decided. Raises NotFound for what may not be seen."""
    if not 2 <= len(set(ids)) <= MOST:
        raise Wrong(_("Tick two to %(most)s rows to merge them.") % {"most": MOST})
    records = [fetch(entity, pk) for pk in dict.fromkeys(ids)]
    if survivor is not None and survivor not in ids:
        raise NotFound
    return propose(entity, records, survivor), records
