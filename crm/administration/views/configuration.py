"""Settings → Configuration: out as a file, in with the difference shown first."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.administration.actions import configuration
from crm.administration.views.page import need, section
from crm.kernel.base.errors import Refusal
from crm.kernel.entity.forms.errors import Words
from crm.kernel.pages import toasts

PAGE = "/settings/configuration"


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    need(configuration.RIGHT)
    return section(request, "configuration", document="", titles=_titles())


@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """GET: the whole configuration as a file."""
    need(configuration.RIGHT)
    answer = HttpResponse(configuration.document(), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="kith-configuration.yaml"'
    return answer


@require_POST
def compare(request: HttpRequest) -> HttpResponseBase:
    """POST file or document: what it would change."""
    need(configuration.RIGHT)
    text = _sent(request)
    try:
        found = configuration.differences(text)
    except Refusal as refusal:
        return section(request, "configuration", document=text, refusal=refusal, titles=_titles())
    return section(request, "configuration", document=text, found=found, compared=True, titles=_titles())


@require_POST
def bring_in(request: HttpRequest) -> HttpResponseBase:
    """POST document, why: changes what `compare` showed, all of it or nothing."""
    need(configuration.RIGHT)
    text = _sent(request)
    try:
        found, act = configuration.bring_in(text, request.POST.get("why", ""))
    except Refusal as refusal:
        return section(request, "configuration", document=text, refusal=refusal, titles=_titles())
    many = len(found)
    said = ngettext("One entry was changed.", "%(n)s entries were changed.", many) % {"n": many}
    return toasts.later(redirect(PAGE), said, act.pk if act is not None else None)


def _sent(request: HttpRequest) -> str:
    upload = request.FILES.get("file")
    if upload is not None and (upload.size or 0) <= configuration.LONGEST:
        return bytes(upload.read()).decode("utf-8-sig", "replace")
    return request.POST.get("document", "")


def _titles() -> dict[str, Words]:
    return {
        "kinds": _("Kinds"), "fields": _("Fields"), "layouts": _("Layouts and rules"), "records": _("Pipelines, stages and reasons"),
        "roles": _("Roles"), "views": _("Views of everybody"),
    }  # fmt: skip
