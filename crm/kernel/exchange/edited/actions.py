"""What people do with edited workbooks. All of it acts for the ambient actor, inside a scope."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Conflict, NotFound, Wrong
from crm.kernel.base.ids import as_uuid, uuid7
from crm.kernel.exchange import jobs, store
from crm.kernel.exchange.actions import plain_name
from crm.kernel.exchange.edited import opening, working
from crm.kernel.exchange.edited.trying import OPEN
from crm.kernel.exchange.edited.working import entity_of
from crm.kernel.exchange.models import EditedBook, EditedCell, EditedRow
from crm.kernel.files import quota
from crm.kernel.files.scanning import refuse_infected
from crm.kernel.queue import actions as queue
from crm.kernel.queue.models import Task
from crm.kernel.tenancy.scope import current_actor


def bring_back(name: str, stream: Iterable[bytes]) -> EditedBook:
    """Keeps an edited workbook (`stream`: its pieces) and has it looked through, as a job.

    Raises Wrong where it is no export of this workspace, Unreadable where it cannot be opened, NotFound where its kind is there no
    more, NotAllowed where the actor may not change such records.
    """
    book = EditedBook(id=uuid7(), name=plain_name(name), by_id=current_actor().id)
    path = store.keep(book.pk, stream)
    try:
        _check(book, path)
        book.save(force_insert=True)
        quota.check(book.size)
    except BaseException:
        store.drop(book.pk)
        raise
    book.task_id = queue.defer(jobs.look_through, book_id=book.pk).pk
    book.save(update_fields=["task_id"])
    return book


def _check(book: EditedBook, path: Path) -> None:
    with path.open("rb") as contents:
        refuse_infected(contents)
    book.about, book.size = opening.about(path), path.stat().st_size
    book.kind = entity_of(book.about["kind"]).kind


def choose(book: EditedBook, take: bool, what: dict[str, Any]) -> EditedBook:
    """Takes, or leaves, what differs: `what` names one of {"cell": id}, {"row": id}, {"column": field}, {"all": state}.

    `all` is "mine", "conflict", or "new" or "gone" for rows. Raises Wrong where it names something else, Conflict while a job works.
    """
    book = _locked(book)
    entity_of(book.kind)
    (name, value), *more = what.items() or [("", "")]
    cells = EditedCell.objects.filter(book_id=book.pk, done=False, state__in=OPEN)
    rows = EditedRow.objects.filter(book_id=book.pk, done=False, what__in=(EditedRow.NEW, EditedRow.GONE))
    if more or name not in ("cell", "row", "column", "all") or not isinstance(value, str):
        raise Wrong(_("Say which cell, row or column, or all of a state."))
    if name == "cell":
        cells.filter(pk=_id(value)).update(chosen=take)
    elif name == "row":
        cells.filter(row_id=_id(value)).update(chosen=take)
        rows.filter(pk=_id(value)).update(chosen=take)
    elif name == "column":
        # A whole column takes what nobody else changed; a conflict is decided one by one, or with all conflicts.
        cells.filter(Q(state=EditedCell.MINE) if take else Q(), field=value).update(chosen=take)
    elif value in (EditedRow.NEW, EditedRow.GONE):
        rows.filter(what=value).update(chosen=take)
    elif value in OPEN:
        cells.filter(state=value).update(chosen=take)
    else:
        raise Wrong(_("Say which cell, row or column, or all of a state."))
    working.count(book)
    book.save(update_fields=["counts"])
    return book


def _id(value: str) -> UUID:
    found = as_uuid(value)
    if found is None:
        raise NotFound
    return found


def _locked(book: EditedBook) -> EditedBook:
    found = EditedBook.objects.select_for_update().get(pk=book.pk)
    if found.busy:
        raise Conflict(_("Kith is working on this workbook. Wait until it is done."))
    return found


def write(book: EditedBook) -> EditedBook:
    """Writes what is chosen, as a job and as one act."""
    book = _locked(book)
    entity_of(book.kind)
    if book.state != EditedBook.READY:
        raise Conflict(_("This workbook could not be read. Bring it back once more."))
    chosen = book.counts.get("chosen", {})
    if not (chosen.get("cells") or chosen.get("new") or chosen.get("gone")):
        raise Wrong(_("Take at least one change first."))
    book.task_id, book.state = queue.defer(jobs.write_chosen, book_id=book.pk).pk, EditedBook.WRITING
    book.save(update_fields=["task_id", "state"])
    return book


def discard(book: EditedBook) -> None:
    """Forgets an edited workbook; what was written of it stays."""
    book = _locked(book)
    store.drop(book.pk)
    book.delete()


def one(book_id: UUID | str) -> EditedBook:
    """A workbook that the actor brought back; administrators see all. Raises NotFound. One whose job was given up is shown as failed."""
    pk, actor = as_uuid(book_id), current_actor()
    found = EditedBook.objects.filter(pk=pk).first() if pk else None
    if found is None or (found.by_id != actor.id and not actor.is_admin):
        raise NotFound
    if found.busy and found.task_id:
        task = Task.objects.filter(pk=found.task_id).first()
        if task is not None and task.state == Task.FAILED:
            found.state, found.error = EditedBook.FAILED, task.failure
            found.save(update_fields=["state", "error"])
    return found


def several(limit: int = 20) -> list[EditedBook]:
    """The workbooks that the actor brought back last."""
    actor = current_actor()
    return list(EditedBook.objects.filter(Q() if actor.is_admin else Q(by_id=actor.id))[:limit])


def cells(book: EditedBook, states: Iterable[str], column: str = "", after: str = "", limit: int = 100) -> tuple[list[EditedCell], str]:
    """(a page of the cells that differ, with their rows; where the next begins or "")."""
    rows = EditedCell.objects.filter(book_id=book.pk, state__in=list(states), done=False).select_related("row").order_by("number", "place")
    rows = rows.filter(field=column) if column else rows
    number, _dot, place = after.partition(".")
    if number.isdecimal() and place.isdecimal() and len(after) < 20:
        rows = rows.filter(Q(number__gt=int(number)) | Q(number=int(number), place__gt=int(place)))
    found = list(rows[: limit + 1])
    return found[:limit], f"{found[limit - 1].number}.{found[limit - 1].place}" if len(found) > limit else ""


def rows(book: EditedBook, what: str, after: str = "", limit: int = 100) -> tuple[list[EditedRow], str]:
    """(a page of rows of a sort, where the next begins or "")."""
    some = EditedRow.objects.filter(book_id=book.pk, what=what, done=False).order_by("number")
    if after.isdecimal() and len(after) < 10:
        some = some.filter(number__gt=int(after))
    found = list(some[: limit + 1])
    return found[:limit], str(found[limit - 1].number) if len(found) > limit else ""
