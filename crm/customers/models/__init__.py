from crm.customers.models.account import Account
from crm.customers.models.activity import Activity
from crm.customers.models.contact import Contact
from crm.customers.models.contact_point import ContactPoint
from crm.customers.models.day import DayChoice
from crm.customers.models.mail import Mail
from crm.customers.models.relationship import Relationship, RelationshipType

__all__ = ["Account", "Activity", "Contact", "ContactPoint", "DayChoice", "Mail", "Relationship", "RelationshipType"]
