"""The record kinds of sales: how they are listed, entered and shown."""

from django.utils.translation import gettext_lazy as _

from crm.customers.models import Contact
from crm.kernel.dedupe.rules import address, company, email, person, phone, tax, web
from crm.kernel.entity.entity import Entity
from crm.kernel.records.reading import titles_of
from crm.sales.models import (
    AssignmentRule,
    DealCompetitor,
    Lead,
    LeadForm,
    LostReason,
    Opportunity,
    OpportunityContact,
    OpportunityLine,
    Pipeline,
    ScoreRule,
    Stage,
)


class Opportunities(Entity[Opportunity]):
    kind, plural = "opportunity", "opportunities"
    label, labels = _("Opportunity"), _("Opportunities")
    icon = "deal"
    menu, menu_order = "customers", 30
    columns = ("name", "account", "amount", "stage", "closes", "owner")
    board, board_sum = "stage", "amount"
    steps_elsewhere = "/sales/pipelines/"
    card = ("account", "name", "amount", "closes", "owner")
    calendar, done = ("closes",), "closed_on"
    form = {
        _("Deal"): ("name", "account", "contact", "amount", "source"),
        _("Plan"): ("pipeline", "stage", "probability", "opened_on", "closes", "next_step", "owner", "team"),
        _("Outcome"): ("closed_on", "lost_reason", "lost_to"),
        _("More"): ("tags", "external_id", "description"),
    }
    quick = ("name", "account", "amount", "closes")
    highlights = ("amount", "stage", "probability", "closes", "owner")
    facts = ("account", "contact", "pipeline", "opened_on", "closed_on", "lost_reason", "source", "next_step", "tags")
    hint = ("account", "stage")
    related = ("opportunity_contact", "deal_competitor")
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
    configures = True
    icon = "funnel"
    columns = ("name", "way", "main", "retired")
    form = {_("Pipeline"): ("name", "way", "main", "retired")}
    match = ("name",)
    empty = _("A way of selling with its own stages.")


class Stages(Entity[Stage]):
    kind, plural = "stage", "stages"
    label, labels = _("Stage"), _("Stages")
    configures = True
    icon = "flow"
    columns = ("name", "pipeline", "kind", "probability", "position", "usual_days", "retired")
    form = {_("Stage"): ("pipeline", "name", "kind", "probability", "position", "usual_days", "needs", "retired")}
    sort = "position"
    match = ("name",)
    empty = _("The steps a deal takes from the first talk to won or lost.")


class LostReasons(Entity[LostReason]):
    kind, plural = "lost_reason", "lost_reasons"
    label, labels = _("Reason for losing"), _("Reasons for losing")
    configures = True
    icon = "flag"
    columns = ("name", "position", "retired")
    form = {_("Reason for losing"): ("name", "position", "retired")}
    sort = "position"
    match = ("name",)
    empty = _("Why deals are lost, in your words.")


class Leads(Entity[Lead]):
    kind, plural = "lead", "leads"
    label, labels = _("Lead"), _("Leads")
    icon = "target"
    menu, menu_order = "customers", 25
    columns = ("name", "company", "status", "score", "source", "mobile", "owner")
    board, board_sum = "status", "budget"
    board_over = {"converted": "won", "recycled": "lost", "disqualified": "lost"}
    board_shut = ("converted",)
    card = ("company", "name", "budget", "source", "owner")
    form = {
        _("Person and company"): ("name", "company", "job_title", "industry", "tax_id"),
        _("How to reach them"): ("mobile", "phone", "email", "wechat", "website", "address"),
        _("What they want"): ("need", "budget", "source", "campaign"),
        _("State"): ("status", "reason", "reason_note", "comes_back_on", "owner", "team"),
        _("Where it came from"): ("form", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "consent"),
        _("More"): ("tags", "external_id", "description"),
    }
    quick = ("name", "company", "mobile", "email", "source", "need")
    highlights = ("status", "score", "budget", "source", "round")
    facts = ("company", "mobile", "email", "wechat", "need", "account", "contact", "opportunity")
    match = ("external_id", "email", "mobile", "name")
    hint = ("company", "status")
    duplicates = (
        person("name"), company("company"), phone("mobile", "phone"), email("email"), web("website"), tax("tax_id"), address("address"),
    )  # fmt: skip
    sort = "-created_at"
    empty = _("People and companies who may become customers. Add one, import a list, or put a form on your website.")


class LeadForms(Entity[LeadForm]):
    kind, plural = "lead_form", "lead_forms"
    label, labels = _("Web form"), _("Web forms")
    icon = "globe"
    columns = ("name", "source", "campaign", "gives_to", "retired")
    form = {
        _("Web form"): ("name", "asks", "requires", "languages", "retired"),
        _("What visitors read"): ("heading_en", "heading_zh", "intro_en", "intro_zh", "consent_en", "consent_zh"),
        _("Afterwards"): ("thanks_en", "thanks_zh", "leads_to"),
        _("Its leads"): ("source", "campaign", "gives_to"),
    }
    highlights = ("gives_to", "source", "campaign")
    match = ("name",)
    empty = _("A page without sign-in that makes leads. Make one, then put its link or snippet on your website.")


class AssignmentRules(Entity[AssignmentRule]):
    kind, plural = "assignment_rule", "assignment_rules"
    label, labels = _("Rule of assignment"), _("Rules of assignment")
    icon = "flow"
    columns = ("name", "position", "condition", "to", "person", "to_team", "retired")
    form = {_("Rule of assignment"): ("name", "condition", "to", "person", "to_team", "position", "retired")}
    sort = "position"
    match = ("name",)
    empty = _("Who gets new leads that have no owner yet. The first rule that fits decides.")


class ScoreRules(Entity[ScoreRule]):
    kind, plural = "score_rule", "score_rules"
    label, labels = _("Score rule"), _("Score rules")
    configures = True
    icon = "target"
    columns = ("name", "points", "condition", "retired")
    form = {_("Score rule"): ("name", "condition", "points", "retired")}
    sort = "-points"
    match = ("name",)
    empty = _("What makes a lead promising: each rule gives points to the leads it fits.")


class OpportunityLines(Entity[OpportunityLine]):
    kind, plural = "opportunity_line", "opportunity_lines"
    label, labels = _("Line of a deal"), _("Lines of deals")
    icon = "box"
    title = "product"
    parent = "opportunity"
    columns = ("product", "description", "quantity", "unit_price", "discount", "total", "opportunity")
    form = {_("Line of a deal"): ("opportunity", "product", "description", "quantity", "unit_price", "discount", "position")}
    quick = ("opportunity", "product", "quantity")
    sort = "-created_at"
    empty = _("What a deal is made of: products with quantity, price and discount.")

    @staticmethod
    def title_of(record: OpportunityLine) -> str:  # type: ignore[override]
        """Called by its product, else by its description."""
        return (titles_of([record.product_id]).get(record.product_id) if record.product_id else None) or record.description or ""


class DealCompetitors(Entity[DealCompetitor]):
    kind, plural = "deal_competitor", "deal_competitors"
    label, labels = _("Competitor in a deal"), _("Competitors")
    icon = "flag"
    title = "account"
    parent = "opportunity"
    columns = ("account", "standing", "strength", "weakness", "opportunity")
    form = {_("Competitor in a deal"): ("opportunity", "account", "standing", "strength", "weakness", "note")}
    quick = ("opportunity", "account", "standing", "strength")
    sort = "-created_at"
    empty = _("Who else wants this deal, how they stand, and what speaks for them.")

    @staticmethod
    def title_of(record: DealCompetitor) -> str:  # type: ignore[override]
        """Called by the other company."""
        return titles_of([record.account_id]).get(record.account_id, "") if record.account_id else ""
