"""Changes of verified values that wait for approval: what waits, its trail, and deciding."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.approval import asking, deciding, words
from crm.kernel.approval.models import Approver, PendingChange, State, Trace
from crm.kernel.approval.queries import approvers_of, asked_by, to_decide, visible, waiting_on
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.base.newest import newest
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.origin import origin_of
from crm.kernel.records.reading import fetch
from crm.kernel.rest import cursors, render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import CURSOR, LIMIT, Param

ABOUT: dict[str, Any] = {"tag": "pending_changes"}
DECIDE: dict[str, Any] = {**ABOUT, "scope": "write", "answer": "pending_change"}


def _protects(entity: Entity[Any]) -> bool:
    return bool(entity.protected)


def _which(text: str) -> str:
    if text not in ("all", "mine", "asked"):
        raise ValueError(_t("Write all, mine or asked."))
    return text


def _state(text: str) -> str:
    if text not in State.values:
        raise ValueError(_t("One of these: %(all)s.") % {"all": ", ".join(State.values)})
    return text


WHICH = Param(
    "which",
    {"type": "string", "enum": ["all", "mine", "asked"], "default": "all"},
    _("“mine”: those that wait for your decision; “asked”: those that you asked for and that wait."),
    _which,
    "all",
)
STATE = Param("state", {"type": "string", "enum": list(State.values)}, _("Only those in this state."), _state)


@operation(
    _("List pending changes"), name="list_pending", scope="read", params=(WHICH, STATE, LIMIT, CURSOR), answer="pending_changes", **ABOUT
)
def list_pending(call: Call) -> HttpResponse:
    """Changes of verified values, newest first, of records and fields that you may see."""
    which, state = call.query["which"], call.query["state"]
    rows = {"all": visible, "mine": to_decide, "asked": asked_by}[which](call.actor)
    rows = rows.filter(state=state) if state else rows
    about = f"pending:{which}:{state}"
    found, after = newest(rows, cursors.decode(call.query["cursor"], about) or "", call.query["limit"], "asked_at")
    return render.page(map(render.pending, found), cursors.encode(after or None, about))


@operation(_("What waits: %(label)s"), name="pending", scope="read", verb="view", answer="pending_changes", fits=_protects)
def of_record(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The changes of one record that wait, oldest first."""
    return render.page(map(render.pending, waiting_on(entity, fetch(entity, id).pk)))


@operation(_("Read a pending change"), name="read_pending", scope="read", answer="pending_trail", **ABOUT)
def read_pending(call: Call, id: UUID) -> HttpResponse:
    """One change with those who are to agree and its trail."""
    return render.answer(render.pending(_seen(call, id)) | _trail(id))


@operation(_("Approve a change"), name="approve_pending", body="comment", body_optional=True, **DECIDE)
def approve(call: Call, id: UUID) -> HttpResponse:
    """Agrees for you, or for an absent colleague you stand in for. Once all have agreed who have to, the new value is in force."""
    return _answer(deciding.decide(_seen(call, id).pk, True, _comment(call)))


@operation(_("Refuse a change"), name="refuse_pending", body="comment", body_optional=True, **DECIDE)
def refuse(call: Call, id: UUID) -> HttpResponse:
    """Ends it; the value in force stays."""
    return _answer(deciding.decide(_seen(call, id).pk, False, _comment(call)))


@operation(_("Withdraw a change"), name="withdraw_pending", **DECIDE)
def withdraw(call: Call, id: UUID) -> HttpResponse:
    """Takes back what you asked for."""
    return _answer(deciding.withdraw(_seen(call, id).pk))


@operation(_("Put a change in force without approval"), name="override_pending", body="comment", **DECIDE)
def override(call: Call, id: UUID) -> HttpResponse:
    """For administrators, where the rule of the field allows it; `comment` is the reason, which is kept."""
    return _answer(deciding.override(_seen(call, id).pk, _comment(call)))


@operation(_("Ask the customer"), name="ask_pending", body="ask_customer", **DECIDE)
def ask(call: Call, id: UUID) -> HttpResponse:
    """Sends the link and the code to an address that the record or one of its people has; a newer letter ends the older ones."""
    sent = _sent(call, {"address", "language"})
    row = asking.ask_customer(_seen(call, id).pk, sent.get("address", ""), sent.get("language", ""))
    return _answer(PendingChange.objects.get(pk=row.change_id))


@operation(_("Confirm by the customer's code"), name="confirm_pending", body="code", **DECIDE)
def confirm(call: Call, id: UUID) -> HttpResponse:
    """The six digits of the letter, as the customer reads them out on the phone. Five wrong ones, and none is taken for ten minutes."""
    sent = _sent(call, {"code", "comment"})
    return _answer(asking.answer_by_code(_seen(call, id).pk, sent.get("code", ""), origin_of(call.request), sent.get("comment", "")))


def _seen(call: Call, id: UUID) -> PendingChange:
    found = visible(call.actor).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def _sent(call: Call, known: set[str]) -> dict[str, str]:
    sent = read_object(call.request, optional=True)
    wrong: dict[str, list[Any]] = {name: [_t("There is no such field.")] for name in sent if name not in known}
    wrong |= {name: [_t("This has another type than it should.")] for name in known if not isinstance(sent.get(name) or "", str)}
    if wrong:
        raise Wrong(fields=wrong)
    return {name: value or "" for name, value in sent.items()}


def _comment(call: Call) -> str:
    return _sent(call, {"comment"}).get("comment", "")


def _answer(change: PendingChange) -> HttpResponse:
    return render.answer(render.pending(change))


def _trail(id: UUID) -> dict[str, Any]:
    rows = list(Trace.objects.filter(change_id=id).select_related("by").order_by("id"))
    return {
        "approvers": [_approver(one) for one in approvers_of(PendingChange.objects.get(pk=id))],
        "trail": [
            {
                "at": render.moment(one.at),
                "by": one.by_id,
                "what": one.what,
                "text": words.told(one.what, one.by.name if one.by is not None else "", one.facts),
                "comment": one.facts.get("comment", ""),
            }
            for one in rows
        ],
    }


def _approver(one: Approver) -> dict[str, Any]:
    return {
        "who": one.who,
        "name": words.office(one.who),
        "address": one.address,
        "answer": one.answer,
        "by": one.by_id,
        "for": one.absent_id,
        "how": one.how,
        "at": render.moment(one.answered_at),
        "comment": one.comment,
    }
