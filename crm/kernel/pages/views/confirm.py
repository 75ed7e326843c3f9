"""The page where a customer confirms a change by a signed link, without signing in: one field of one record, nothing else."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm.kernel.approval import asking, links
from crm.kernel.approval.models import State
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models.people import Language
from crm.kernel.identity.origin import origin_of
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import scope


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the old and the new value, POST answers: `answer` yes or no, `comment`. A look by a mail program answers nothing.

    404: no such link was ever made here; 410: it is answered, ran out, or a newer one took its place.
    """
    address = links.read(token)
    if address is None:
        return _said(request, 404, {})
    with scope(address.workspace_id, system_actor(address.workspace_id)):
        company = Workspace.objects.get(pk=address.workspace_id)
        with timezone.override(ZoneInfo(company.time_zone)):
            return _answered(request, address, company.name) if request.method == "POST" else _shown(request, address, company)


def _shown(request: HttpRequest, address: links.Address, company: Workspace) -> HttpResponse:
    found = asking.by_link(address)
    if found is None:
        return _said(request, 410, {})
    asking.opened(found, origin_of(request).address)
    now, new = asking.pair(found, Reading(get_language() or company.language, company.country, company.currency, company.time_zone))
    who = found.change.asked_by.name if found.change.asked_by is not None else ""
    words = {"label": found.label, "now": now, "new": new, "who": who, "company": company.name, "until": found.change.expires_at}
    return _said(request, 200, words)


def _answered(request: HttpRequest, address: links.Address, company: str) -> HttpResponse:
    said = request.POST.get("answer", "")
    if said not in ("yes", "no"):
        return _said(request, 422, {})
    change = asking.answer_by_link(address, said == "yes", request.POST.get("comment", ""), origin_of(request))
    if change is None:
        return _said(request, 410, {})
    return _said(request, 200, {"done": said, "in_force": change.state == State.APPROVED, "company": company})


def _said(request: HttpRequest, status: int, words: dict[str, object]) -> HttpResponse:
    frame = {"languages": Language.choices, "language_code": get_language(), "host": request.get_host()}
    answer = render(request, "pages/confirm.jinja", frame | words, status=status)
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
