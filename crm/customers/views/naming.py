"""Who may be named with "@" in what is written on a record."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.kernel.base.text import fold, searchable, sort_key
from crm.kernel.identity.models import User
from crm.kernel.notify.following import may_see
from crm.kernel.records.reading import fetch_any

#: So many are shown, out of so many whose name fits.
MOST, ASKED = 8, 60


@require_GET
def people(request: HttpRequest, record: UUID) -> JsonResponse:
    """`?q=`: up to eight colleagues by name, pinyin or initials; those who may not see the record come last and say so."""
    entity, about = fetch_any(record)
    asked = fold(searchable(request.GET.get("q", ""))[:60]).replace(" ", "")
    found = [one for one in User.objects.filter(is_active=True).order_by("name", "id") if _fits(one.name, asked)][:ASKED]
    may, others = [], []
    for one in found:
        if may_see(entity, about.pk, one.pk):
            may.append({"id": str(one.pk), "title": one.name, "may": True, "note": ""})
            if len(may) == MOST:
                break
        else:
            others.append({"id": str(one.pk), "title": one.name, "may": False, "note": _("may not see this")})
    return JsonResponse({"items": [*may, *others][:MOST]})


def _fits(name: str, asked: str) -> bool:
    key = sort_key(name)
    spoken, initials = key.replace(" ", ""), "".join(part[0] for part in key.split())
    return asked in fold(name).replace(" ", "") or asked in spoken or initials.startswith(asked)
