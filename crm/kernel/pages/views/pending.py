"""Changes that wait for approval: the page of those one has to decide or has asked for, and the dialog of one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.approval import asking, deciding
from crm.kernel.approval.models import PendingChange, State
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, TooMany, Wrong
from crm.kernel.identity.models.people import Language
from crm.kernel.identity.origin import origin_of
from crm.kernel.pages import pending, toasts
from crm.kernel.pages.onward import asked_from
from crm.kernel.tenancy.scope import current_actor


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Those that wait for the reader; with `?which=asked` those he asked for, with `all` every one he may see."""
    which = request.GET.get("which", pending.MINE)
    boxes, after = pending.listed(which, request.GET.get("before", ""))
    names = ((pending.MINE, _("For me to decide")), (pending.ASKED, _("Asked by me")), (pending.ALL, _("All")))
    here = reverse("pages.pending")
    tabs = [(key, label, None, f"{here}?which={key}" if key else here) for key, label in names]
    return render(request, "pages/pending.jinja", {"boxes": boxes, "next": after, "which": which, "tabs": tabs, "here": "pending"})


@require_GET
def one(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """The dialog of one change; opened by its address, the page of its record."""
    found = pending.whole(change_id)
    return _dialog(request, change_id) if request.headers.get("HX-Request") == "true" else redirect(found.box.url)


def _dialog(request: HttpRequest, change_id: UUID, refusal: Any = None) -> HttpResponse:
    found = pending.whole(change_id)
    wrong = refusal.fields if refusal is not None else {}
    words = {
        "found": found, "box": found.box, "wrong": wrong, "said": str(refusal.message) if refusal is not None and not wrong else "",
        "given": request.POST, "languages": Language.choices,
        "language": current_actor().language,
    }  # fmt: skip
    return render(request, "pages/pending_one.jinja", words, status=refusal.status if refusal is not None else 200)


@require_POST
def act(request: HttpRequest, change_id: UUID, answer: str) -> HttpResponse:
    """POST comment, address, language or code: approve, refuse, withdraw, override, ask or code."""
    found = pending.whole(change_id)
    if answer not in _ACTS:
        raise NotFound
    try:
        text = _ACTS[answer](request, change_id)
    except (Wrong, Conflict, NotAllowed, TooMany) as refusal:
        return _dialog(request, change_id, refusal)
    back = asked_from(request) or found.box.url
    done = HttpResponse(status=204, headers={"HX-Redirect": back}) if request.headers.get("HX-Request") else redirect(back)
    return toasts.later(done, text % {"field": found.box.label, "title": found.box.title})  # type: ignore[return-value]


def _comment(request: HttpRequest) -> str:
    return request.POST.get("comment", "")


def _approve(request: HttpRequest, change_id: UUID) -> str:
    return _decided(deciding.decide(change_id, True, _comment(request)))


def _decided(change: PendingChange) -> str:
    if change.state == State.APPROVED:
        return _("%(title)s: the new value is in force (%(field)s).")
    return _("%(title)s: you agreed (%(field)s). Others have to agree, too.")


def _refuse(request: HttpRequest, change_id: UUID) -> str:
    deciding.decide(change_id, False, _comment(request))
    return _("%(title)s: refused. The old value stays (%(field)s).")


def _withdraw(request: HttpRequest, change_id: UUID) -> str:
    deciding.withdraw(change_id)
    return _("%(title)s: withdrawn. The old value stays (%(field)s).")


def _override(request: HttpRequest, change_id: UUID) -> str:
    deciding.override(change_id, _comment(request))
    return _("%(title)s: the new value is in force (%(field)s).")


def _ask(request: HttpRequest, change_id: UUID) -> str:
    asking.ask_customer(change_id, request.POST.get("address", ""), request.POST.get("language", ""))
    return _("%(title)s: the customer was asked (%(field)s).")


def _code(request: HttpRequest, change_id: UUID) -> str:
    return _decided(asking.answer_by_code(change_id, request.POST.get("code", ""), origin_of(request), _comment(request)))


_ACTS: dict[str, Callable[[HttpRequest, UUID], str]] = {
    "approve": _approve,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "override": _override,
    "ask": _ask,
    "code": _code,
}
