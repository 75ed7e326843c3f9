"""The normal forms by name, for whoever needs one without knowing which: an import's column, a rule, a test."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.kernel.entity.forms.address import parse_address, parse_country, show_address, show_country
from crm.kernel.entity.forms.currencies import parse_currency, show_currency
from crm.kernel.entity.forms.dates import parse_date, show_date
from crm.kernel.entity.forms.email import parse_email, show_email
from crm.kernel.entity.forms.handle import parse_handle, show_handle
from crm.kernel.entity.forms.moments import parse_datetime, show_datetime
from crm.kernel.entity.forms.numbers import (
    parse_decimal,
    parse_integer,
    parse_money,
    parse_percent,
    show_decimal,
    show_integer,
    show_money,
    show_percent,
)
from crm.kernel.entity.forms.person import parse_person, show_person
from crm.kernel.entity.forms.phone import parse_phone, show_phone
from crm.kernel.entity.forms.tax import parse_tax_id, show_tax_id
from crm.kernel.entity.forms.text import parse_long_text, parse_text, show_text
from crm.kernel.entity.forms.url import parse_url, show_url
from crm.kernel.entity.forms.yes_no import parse_yes_no, show_yes_no


@dataclass(frozen=True, slots=True)
class Form:
    """One normal form: `parse(raw, reading)` gives the value or raises FieldError, `show(value, reading)` writes it."""

    name: str
    parse: Callable[..., Any]
    show: Callable[..., Any]


FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form("text", parse_text, show_text),
        Form("long_text", parse_long_text, show_text),
        Form("integer", parse_integer, show_integer),
        Form("decimal", parse_decimal, show_decimal),
        Form("percent", parse_percent, show_percent),
        Form("money", parse_money, show_money),
        Form("currency", parse_currency, show_currency),
        Form("date", parse_date, show_date),
        Form("datetime", parse_datetime, show_datetime),
        Form("yes_no", parse_yes_no, show_yes_no),
        Form("person", parse_person, show_person),
        Form("phone", parse_phone, show_phone),
        Form("email", parse_email, show_email),
        Form("handle", parse_handle, show_handle),
        Form("url", parse_url, show_url),
        Form("country", parse_country, show_country),
        Form("address", parse_address, show_address),
        Form("tax_id", parse_tax_id, show_tax_id),
    )
}
