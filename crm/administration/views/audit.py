"""The audit log of the workspace: whether it is as it was written, and how long its details are kept."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views.page import done, need, section
from crm.kernel.audit import sealing
from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import plain_number
from crm.kernel.entity.registry import registry

PAGE = "/settings/audit"


@require_http_methods(["GET", "POST"])
def audit(request: HttpRequest) -> HttpResponseBase:
    """The state of the log; a POST sets how long details are kept, kind by kind."""
    need(sealing.AUDIT)
    if request.method == "POST":
        tables = {entity.model._meta.db_table for entity in registry.all()}
        given = {table: plain_number(request.POST[f"keep-{table}"]) for table in tables if f"keep-{table}" in request.POST}
        try:
            sealing.keep({table: -1 if days is None else days for table, days in given.items()})
        except Wrong as refusal:
            return _page(request, refusal)
        return done(PAGE, _("Saved."))
    return _page(request, None)


def _page(request: HttpRequest, refusal: Wrong | None) -> HttpResponseBase:
    kept, gone = sealing.rules(), sealing.removed_until()
    tables = {entity.model._meta.db_table: entity for entity in registry.all() if entity.parent is None}
    kinds = [(entity, table, kept.get(table, 0), gone.get(table)) for table, entity in tables.items()]
    return section(request, "audit", state=sealing.state(), kinds=kinds, spans=list(sealing.KEPT.items()), refusal=refusal)


@require_POST
def verify(request: HttpRequest) -> HttpResponseBase:
    """Looks the whole log through and says what was found."""
    need(sealing.AUDIT)
    sealing.seal()
    found = sealing.verify(request.POST.get("noted", ""))
    return section(request, "audit", template="audit_verdict", found=found)
