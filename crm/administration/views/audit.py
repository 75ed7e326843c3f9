"""The audit log of the workspace: whether it is as it was written, and how long its details are kept."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views.changes import changed
from crm.administration.views.page import done, need, section
from crm.kernel.audit import sealing
from crm.kernel.audit.models import AuditRead
from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import plain_number
from crm.kernel.entity.registry import registry
from crm.kernel.records import reads
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of

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
    tables: dict[str, list[str]] = {}
    for entity in registry.all():  # kinds that the workspace made share a table, so they are kept equally long
        tables.setdefault(entity.model._meta.db_table, []).append(str(entity.labels))
    kinds = [(", ".join(labels), table, kept.get(table, 0), gone.get(table)) for table, labels in tables.items()]
    asked = [(entity.labels, [one.label for one in reads.sensitive(entity.fields.values())]) for entity in registry.all()]
    read = list(AuditRead.objects.order_by("-at", "-id")[:100])
    names = names_of(RecordRow, {pk for one in read for pk in one.records[:3]})
    lines = [(one, _labels(one), [names[pk] for pk in one.records[:3] if pk in names]) for one in read]
    reading = {"asked": [(labels, fields) for labels, fields in asked if fields], "reads": lines}
    lately, earlier = changed(request.GET.get("before", ""))
    facts = {"state": sealing.state(), "kinds": kinds, "spans": list(sealing.KEPT.items()), "lately": lately, "earlier": earlier}
    return section(request, "audit", **reading, **facts, refusal=refusal)


def _labels(one: AuditRead) -> tuple[str, str]:
    """(the kind, the fields) in words, as they are called today."""
    entity = registry.kind(one.kind)
    if entity is None:
        return one.kind, ", ".join(one.fields)
    return str(entity.label), ", ".join(str(entity.fields[name].label) if name in entity.fields else name for name in one.fields)


@require_POST
def verify(request: HttpRequest) -> HttpResponseBase:
    """Looks the whole log through and says what was found."""
    need(sealing.AUDIT)
    sealing.seal()
    found = sealing.verify(request.POST.get("noted", ""))
    return section(request, "audit", template="audit_verdict", found=found)
