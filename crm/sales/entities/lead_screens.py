"""What leads, their web forms and their conversion put on the generic screens."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from markupsafe import escape

from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.entity.registry import registry
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.navigation import entry
from crm.kernel.pages.panels import panel, tab
from crm.sales.entities.policies import SETUP
from crm.sales.models import Lead, LeadForm
from crm.sales.models.lead import OPEN, LeadReason, LeadStatus
from crm.sales.queries.carried import kind_of
from crm.sales.queries.leads import rounds_of
from crm.sales.queries.scoring import reasons

entry(_("Web forms"), "/lead_forms/", "globe", group="setup", order=22, key="lead_forms", needs=SETUP)
entry(_("Assignment of leads"), "/sales/assignment/", "flow", group="setup", order=24, key="assignment", needs=SETUP)

#: Which link of a lead leads to which kind.
_LINKS = {"account": "account_id", "contact": "contact_id", "opportunity": "opportunity_id"}
_SHOWN = 5


@panel("lead_form", "link", label=_("On your website"), template="sales/form_link.jinja", where="top", order=10)
def link(record: LeadForm, actor: Any) -> Mapping[str, Any]:
    """The form's address, and what to put into one's own page."""
    address = f"{settings.BASE_URL}{reverse('sales.form', kwargs={'token': record.token})}"
    snippet = f'<iframe src="{address}" title="{escape(record.name)}" width="100%" height="900" style="border:0"></iframe>'
    many = Lead.objects.filter(form_id=record.pk, deleted_at=None).count()
    return {"address": address, "snippet": snippet, "many": many, "list": f"/leads/?filter=form+%3D+{record.pk}"}


def _came_from(record: Any, actor: Any) -> Mapping[str, Any] | None:
    entity, own = registry.kind("lead"), registry.of(type(record))
    assert entity is not None and own is not None

    def rows(pk: UUID) -> QuerySet[Lead]:
        leads = visible(entity).filter(**{_LINKS[own.kind]: pk}).select_related("owner")
        return leads.order_by("-converted_at", "id")[:_SHOWN]

    found = [(one, record_url(entity, one.pk)) for one in lasting(("came from", own.kind), rows, record.pk)]
    return {"leads": found} if found else None


for _kind in _LINKS:
    panel(_kind, "came_from", label=_("Came from leads"), template="sales/came_from.jinja", where="left", order=40)(_came_from)


@panel("lead", "became", label=_("What it became"), template="sales/became.jinja", where="top", order=10)
def became(record: Lead, actor: Any) -> Mapping[str, Any] | None:
    """The customer that a converted lead is now, as far as the reader may see it."""
    found = []
    for kind, column in _LINKS.items():
        entity, pk = registry.kind(kind), getattr(record, column)
        assert entity is not None
        one = visible(entity).filter(pk=pk).first() if pk else None
        if one is not None:
            found.append((entity, entity.name_of(one), record_url(entity, one.pk)))
    return {"found": found} if found else None


@panel("lead", "score", label=_("Why this score"), template="sales/score.jinja", where="right", order=25)
def why_this_score(record: Lead, actor: Any) -> Mapping[str, Any] | None:
    """The rules that give it its points, while somebody works on it."""
    if "score" in policy_for(kind_of("lead")).hidden(actor) or record.status not in (*OPEN, LeadStatus.RECYCLED):
        return None
    found = reasons(record)
    rules = kind_of("score_rule")
    return {"reasons": found, "score": sum(one.points for one in found), "rule_kind": rules, "may": actor.may(SETUP)}


@tab("lead", "rounds", label=_("Rounds"), template="sales/rounds.jinja", order=30)
def rounds(record: Lead, actor: Any) -> Mapping[str, Any]:
    """Each time it was worked on and given back, the last one first."""
    found = rounds_of(record)
    return {"rounds": found, "reasons": dict(LeadReason.choices), "count": len(found)}
