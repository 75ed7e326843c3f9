"""Settings → Parts: what the workspace uses."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.administration.actions import parts
from crm.administration.views.page import done, need, section
from crm.kernel.base.errors import Conflict

PAGE = "/settings/parts"


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    need(parts.RIGHT)
    return section(request, "parts", template="parts_used", parts=parts.parts())


@require_POST
def switch(request: HttpRequest, name: str) -> HttpResponseBase:
    """POST on=1|0."""
    need(parts.RIGHT)
    on = request.POST.get("on") == "1"
    try:
        parts.switch(name, on)
    except Conflict as refusal:
        return section(request, "parts", template="parts_used", parts=parts.parts(), refusal=refusal)
    return done(PAGE, _("In use.") if on else _("Switched off. Its data is kept."))
