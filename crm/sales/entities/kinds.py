"""The record kinds of sales: how they are listed, entered and shown."""

from django.utils.translation import gettext_lazy as _

from crm.customers.models import Contact
from crm.kernel.entity.entity import Entity
from crm.sales.models import LostReason, Opportunity, OpportunityContact, Pipeline, Stage


class Opportunities(Entity[Opportunity]):
    kind, plural = "opportunity", "opportunities"
    label, labels = _("Opportunity"), _("Opportunities")
    icon = "deal"
    menu, menu_order = "customers", 30
    columns = ("name", "account", "amount", "stage", "closes", "owner")
    board, board_sum = "stage", "amount"
    card = ("account", "name", "amount", "closes", "owner")
    form = {
        _("Deal"): ("name", "account", "contact", "amount", "source"),
        _("Plan"): ("pipeline", "stage", "probability", "opened_on", "closes", "next_step", "owner", "team"),
        _("Outcome"): ("closed_on", "lost_reason", "lost_to"),
        _("More"): ("tags", "external_id", "description"),
    }
    quick = ("name", "account", "amount", "closes")
    highlights = ("amount", "stage", "probability", "closes", "owner")
    facts = ("account", "contact", "pipeline", "opened_on", "closed_on", "lost_reason", "source", "next_step", "tags")
    related = ("opportunity_contact",)
    hint = ("account", "stage")
    match = ("external_id", "name")
    sort = "-created_at"
    empty = _("What your customers may buy. Add a deal from an account, or import your list.")


class OpportunityContacts(Entity[OpportunityContact]):
    kind, plural = "opportunity_contact", "opportunity_contacts"
    label, labels = _("Person in the deal"), _("People in the deal")
    icon = "person"
    title = "contact"
    parent = "opportunity"
    columns = ("contact", "role", "opportunity", "note")
    form = {_("Person in the deal"): ("opportunity", "contact", "role", "note")}
    quick = ("opportunity", "contact", "role")
    sort = "-created_at"
    empty = _("Who decides, who buys, who uses it: name the people and their part.")

    @staticmethod
    def title_of(record: OpportunityContact) -> str:  # type: ignore[override]
        """Called by the person."""
        return str(Contact.objects.filter(pk=record.contact_id).values_list("name", flat=True).first() or "")


class Pipelines(Entity[Pipeline]):
    kind, plural = "pipeline", "pipelines"
    label, labels = _("Pipeline"), _("Pipelines")
    icon = "funnel"
    columns = ("name", "main", "retired")
    form = {_("Pipeline"): ("name", "main", "retired")}
    match = ("name",)
    empty = _("A way of selling with its own stages.")


class Stages(Entity[Stage]):
    kind, plural = "stage", "stages"
    label, labels = _("Stage"), _("Stages")
    icon = "flow"
    columns = ("name", "pipeline", "kind", "probability", "position", "usual_days", "retired")
    form = {_("Stage"): ("pipeline", "name", "kind", "probability", "position", "usual_days", "retired")}
    sort = "position"
    match = ("name",)
    empty = _("The steps a deal takes from the first talk to won or lost.")


class LostReasons(Entity[LostReason]):
    kind, plural = "lost_reason", "lost_reasons"
    label, labels = _("Reason for losing"), _("Reasons for losing")
    icon = "flag"
    columns = ("name", "position", "retired")
    form = {_("Reason for losing"): ("name", "position", "retired")}
    sort = "position"
    match = ("name",)
    empty = _("Why deals are lost, in your words.")
