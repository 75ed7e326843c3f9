"""The page of what is overdue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.registry import registry
from crm.kernel.tenancy.scope import current_actor
from kith_loans.queries import overdue


def overdue_page(request: HttpRequest) -> HttpResponse:
    entity = registry.kind("loan")
    if entity is None or not policy_for(entity).may(current_actor(), "view"):
        raise NotFound
    return render(request, "loans/overdue.jinja", {"entity": entity, "rows": overdue()})
