"""The record kinds of customers: how they are listed, entered and shown."""

from django.utils.translation import gettext_lazy as _

from crm.customers.models import Account, Activity, Contact, ContactPoint, Relationship, RelationshipType
from crm.kernel.dedupe.rules import address, company, email, link, person, phone, tax, web
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.shipped import told
from crm.kernel.quality.rules import not_before
from crm.kernel.records.reading import titles_of


class Accounts(Entity[Account]):
    kind, plural = "account", "accounts"
    label, labels = _("Account"), _("Accounts")
    icon = "building"
    menu, menu_order = "customers", 10
    columns = ("name", "type", "status", "industry", "address_city", "phone", "owner")
    form = {
        _("Company"): ("name", "other_name", "type", "status", "industry", "size", "employees", "annual_revenue", "founded", "parent"),
        _("How to reach them"): ("phone", "fax", "email", "website", "address"),
        _("Invoices"): ("tax_id", "billing_address", "bank_account"),
        _("More"): ("source", "tags", "external_id", "description", "owner", "team"),
    }
    quick = ("name", "type", "phone", "email", "address_city")
    highlights = ("status", "industry", "employees", "annual_revenue", "owner")
    facts = ("tax_id", "phone", "email", "website", "address", "billing_address", "bank_account", "parent", "source", "tags")
    related = ("contact", "opportunity", "account", "contact_point")
    hint = ("address_city", "industry")
    match = ("external_id", "tax_id", "name", "other_name", "email", "phone")
    duplicates = (company("name", "other_name"), phone("phone"), email("email"), web("website"), tax("tax_id"), address("address"))
    empty = _("Companies, households and public bodies you deal with. Add the first one, or import a list.")


class Contacts(Entity[Contact]):
    kind, plural = "contact", "contacts"
    label, labels = _("Contact"), _("Contacts")
    icon = "people"
    menu, menu_order = "customers", 20
    columns = ("name", "account", "job_title", "mobile", "email", "status", "owner")
    form = {
        _("Name and job"): ("name", "salutation", "account", "job_title", "department", "reports_to", "status"),
        _("How to reach them"): ("mobile", "phone", "email", "wechat", "qq", "whatsapp", "language", "address"),
        _("About the person"): (
            "birthday",
            "gender",
            "marital_status",
            "children",
            "education",
            "occupation",
            "annual_income",
            "home_owner",
        ),
        _("More"): ("source", "tags", "external_id", "description", "owner", "team"),
    }
    quick = ("name", "account", "job_title", "mobile", "email")
    highlights = ("account", "job_title", "mobile", "email", "owner")
    facts = ("mobile", "phone", "email", "wechat", "qq", "whatsapp", "department", "reports_to", "language", "birthday", "tags")
    related = ("opportunity_contact", "contact_point", "contact")
    hint = ("job_title", "account")
    match = ("external_id", "email", "mobile", "name")
    duplicates = (person("name"), phone("mobile", "phone"), email("email"), link("account"), address("address"))
    empty = _("The people you speak with. Add the first one, or import your address book.")


class ContactPoints(Entity[ContactPoint]):
    kind, plural = "contact_point", "contact_points"
    label, labels = _("Contact point"), _("Contact points")
    icon = "phone"
    title = "value"
    parent = "record"
    columns = ("value", "type", "use", "main", "since", "until", "record")
    form = {_("Contact point"): ("record", "type", "value", "use", "main", "since", "until", "note")}
    quick = ("record", "type", "value", "use")
    match = ("value",)
    rules = (not_before("until", "since"),)
    empty = _("Further phones, mails and addresses, each with what it is for and how long it holds.")


class RelationshipTypes(Entity[RelationshipType]):
    kind, plural = "relationship_type", "relationship_types"
    label, labels = _("Relationship type"), _("Relationship types")
    configures = True
    icon = "graph"
    columns = ("name", "reverse_name", "first", "second", "personal", "retired")
    form = {_("Relationship type"): ("name", "reverse_name", "first", "second", "personal", "retired")}
    match = ("name",)
    empty = _("The ways in which people and companies stand to each other, named from both sides.")


class Relationships(Entity[Relationship]):
    kind, plural = "relationship", "relationships"
    label, labels = _("Relationship"), _("Relationships")
    icon = "graph"
    title = "type"
    menu, menu_order = "customers", 40
    columns = ("first", "type", "second", "role", "strength", "since", "until")
    form = {
        _("Who and how"): ("first", "type", "second", "role", "strength"),
        _("When and from where"): ("since", "until", "source", "note"),
    }
    quick = ("first", "type", "second", "strength")
    sort = "-created_at"
    rules = (not_before("until", "since"),)
    empty = _("Who knows whom: note that somebody supplies, advises or went to school with somebody.")

    @staticmethod
    def title_of(record: Relationship) -> str:  # type: ignore[override]
        """Called by what it says: “A supplies B”."""
        ends = titles_of([record.first_id, record.second_id])
        words = RelationshipType.objects.filter(pk=record.type_id).values_list("name", flat=True).first() or ""
        return f"{ends.get(record.first_id, '')} {told(words)} {ends.get(record.second_id, '')}".strip()


class Activities(Entity[Activity]):
    kind, plural = "activity", "activities"
    label, labels = _("Activity"), _("Activities")
    icon = "check"
    title = "subject"
    menu, menu_order = "work", 30
    columns = ("subject", "type", "account", "due", "done_at", "owner")
    form = {
        _("Activity"): ("type", "subject", "record", "people", "due", "reminder_at", "owner"),
        _("What came of it"): ("done_at", "duration", "direction", "result", "body"),
    }
    quick = ("type", "subject", "record", "due")
    highlights = ("type", "due", "done_at", "duration", "owner")
    facts = ("record", "account", "people", "direction", "result", "reminder_at", "body")
    hint = ("type", "record")
    calendar, done = ("due",), "done_at"
    sort = "-created_at"
    empty = _("Calls, meetings, visits, mails, notes and tasks. Log the first one from any customer.")
