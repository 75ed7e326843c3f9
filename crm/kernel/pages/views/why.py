"""Who can see a record, and why."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from crm.kernel.entity.entity import Entity
from crm.kernel.pages.why import screen
from crm.kernel.records.reading import fetch, fetch_any


@require_GET
def why(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """The question about one record, and its answer where a person is named."""
    record = fetch(entity, pk)
    words = {"entity": entity, "record": record, "name": entity.name_of(record), "screen": screen(entity, record, request.GET)}
    bad = words["screen"].wrong
    return render(request, "pages/why.jinja", words, status=422 if bad else 200)


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """From a person's page: to the question about the record that was chosen there."""
    entity, record = fetch_any(request.GET.get("record", ""))
    given = {"user": request.GET.get("user", ""), "verb": request.GET.get("verb", "view")}
    return redirect(f"{reverse('pages.why', kwargs={'entity': entity, 'pk': record.pk})}?{urlencode(given)}")
