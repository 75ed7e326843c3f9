"""Merging records, and splitting them again."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.dedupe.merging.acts import MOST, merge
from crm.kernel.dedupe.merging.plans import Question
from crm.kernel.dedupe.merging.splitting import look, settle, split
from crm.kernel.dedupe.merging.telling import Told, asked, stored
from crm.kernel.dedupe.models import Merge, MergeQuestion
from crm.kernel.entity.entity import Entity
from crm.kernel.records.reading import fetch, stands_for
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation

FACTS: dict[str, Any] = {"answer": "merge", "tag": "merges"}


@operation(_("Merge others into: %(label)s"), name="merge", scope="write", verb="edit", body="merge", answer="merged")
def merge_records(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The records in `with` go into this one, which is kept: all that points to them points to it, their addresses lead to it. Of each
    field the value is kept that `values` says (the id of one of the records, “together” for lists, or a value), else the one that is
    verified, newest, longest, in this order. Needs the right to delete the others. 409 where one was changed since `versions`, or was
    merged already."""
    if stands_for(id) is None:  # else it is said that it was merged already
        fetch(entity, id)
    sent = read_object(call.request)
    _known(sent, "with", "values", "versions", "reason")
    made = merge(entity, id, _ids(sent.get("with")), _map(sent, "values"), _versions(_map(sent, "versions")), _text(sent, "reason"))
    return render.answer({"survivor": id, "act": made[0].act_id, "merges": [_facts(one) for one in made]})


@operation(_("Read a merge"), name="read_merge", scope="read", **FACTS)
def read_merge(call: Call, id: UUID) -> HttpResponse:
    """One merge. While it stands, `open` lists what came since and nothing tells the side of; once the two are apart, what is not
    settled yet."""
    found, entity, planned = look(id)
    return render.answer(_facts(found) | {"open": _open(entity, planned.questions if planned is not None else _left(found))})


@operation(_("Split what was merged"), name="undo_merge", scope="write", body="split", body_optional=True, **FACTS)
def undo_merge(call: Call, id: UUID) -> HttpResponse:
    """The record that was merged is back with its id, its values and what came with it. What came since stays with the survivor, unless
    something tells otherwise (its mail address or number, somebody who came with it) or `choices` says “loser”; the rest of it is `open`.
    `different`: remembers that they are different."""
    sent = read_object(call.request, optional=True)
    _known(sent, "choices", "different")
    if not isinstance(sent.get("different", False), bool):
        raise Wrong(fields={"different": [_t("Choose yes or no.")]})
    done = split(id, _choices(sent), apart=bool(sent.get("different")))
    entity = look(id)[1]
    told = {"back": done.back, "left": done.left, "told": done.told}
    return render.answer(_facts(done.merge) | told | {"open": _open(entity, stored(done.open))})


@operation(_("Settle what came after a merge"), name="settle_merge", scope="write", body="settle", **FACTS)
def settle_merge(call: Call, id: UUID) -> HttpResponse:
    """Says of things that are `open` after a split whose they are: “survivor” or “loser”. Answers what is left open."""
    sent = read_object(call.request)
    if set(sent) != {"choices"} or not sent["choices"]:
        raise Wrong(fields={"choices": [_t("This is needed here: {key: “survivor” or “loser”}.")]})
    left = settle(id, _choices(sent))
    found, entity, _planned = look(id)
    return render.answer(_facts(found) | {"open": _open(entity, stored(left))})


def _known(sent: Mapping[str, Any], *names: str) -> None:
    unknown: dict[str, list[Words]] = {name: [_t("There is no such argument.")] for name in sent if name not in names}
    if unknown:
        raise Wrong(fields=unknown)


def _left(found: Merge) -> list[Question]:
    return stored(list(MergeQuestion.objects.filter(merge_id=found.pk, side="").order_by("id")))


def _facts(one: Merge) -> dict[str, Any]:
    return {
        "id": one.pk, "kind": one.kind, "survivor": one.survivor_id, "loser": one.loser_id, "reason": one.reason, "by": one.by_id,
        "at": render.moment(one.at), "undone_at": render.moment(one.undone_at),
    }  # fmt: skip


def _open(entity: Entity[Any], questions: Iterable[Question]) -> list[dict[str, Any]]:
    return [_described(one) for one in asked(entity, list(questions))]


def _described(one: Told) -> dict[str, Any]:
    return {"key": one.key, "what": one.what, "label": one.label, "title": one.title, "before": one.before, "now": one.now,
            "kind": one.kind, "id": one.id}  # fmt: skip


def _ids(given: Any) -> list[UUID]:
    listed = given if isinstance(given, list) else []
    found = [pk for one in listed if isinstance(one, str) and (pk := as_uuid(one)) is not None]
    if not found or len(found) != len(listed):
        raise Wrong(fields={"with": [_t("A list of one to %(most)s ids is needed here.") % {"most": MOST - 1}]})
    return found


def _map(sent: Mapping[str, Any], name: str) -> dict[str, Any]:
    given = sent.get(name, {})
    if not isinstance(given, dict):
        raise Wrong(fields={name: [_t("This is an object by names.")]})
    return given


def _versions(given: Mapping[str, Any]) -> dict[UUID, int]:
    found = {pk: number for raw, number in given.items() if (pk := as_uuid(raw)) and isinstance(number, int)}
    if len(found) != len(given):
        raise Wrong(fields={"versions": [_t("This is an object by names.")]})
    return found


def _choices(sent: Mapping[str, Any]) -> dict[str, str]:
    given = _map(sent, "choices")
    return {name: side if isinstance(side, str) else "" for name, side in given.items()}


def _text(sent: Mapping[str, Any], name: str) -> str:
    given = sent.get(name, "")
    if not isinstance(given, str):
        raise Wrong(fields={name: [_t("This is a text.")]})
    return given

