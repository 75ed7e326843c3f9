"""The field types: `from crm.kernel.entity import fields as f`."""

from crm.kernel.entity.fields.composite import Country, Currency, Money, PersonName, PostalAddress
from crm.kernel.entity.fields.fact import Fact, FieldError
from crm.kernel.entity.fields.links import Link, Links
from crm.kernel.entity.fields.scalar import (
    Choice,
    Computed,
    Date,
    DateTime,
    Decimal,
    Integer,
    LongText,
    MultiChoice,
    Percent,
    Tags,
    Text,
    YesNo,
)
from crm.kernel.entity.fields.texts import Email, Handle, Phone, TaxId, Url

Field = Fact

__all__ = [
    "Choice", "Computed", "Country", "Currency", "Date", "DateTime", "Decimal", "Email", "Fact", "Field", "FieldError",
    "Handle", "Integer", "Link", "Links", "LongText", "Money", "MultiChoice", "Percent", "PersonName", "Phone",
    "PostalAddress", "Tags", "TaxId", "Text", "Url", "YesNo",
]
