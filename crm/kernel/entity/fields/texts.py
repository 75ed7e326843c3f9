"""Texts with a normal form: phone, e-mail, handle, web address, tax id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from crm.kernel.entity.fields.fact import EQUALITY, PRESENCE, Label
from crm.kernel.entity.fields.scalar import Text
from crm.kernel.entity.forms.countries import find_country
from crm.kernel.entity.forms.email import parse_email, show_email
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.handle import parse_handle, show_handle
from crm.kernel.entity.forms.phone import parse_phone, show_phone
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.tax import parse_tax_id
from crm.kernel.entity.forms.url import parse_url


class OfPlace(Text):
    """A number that is written as at the place of the record: a phone without country code, a tax number."""

    place: ClassVar[str] = "address_country"

    def normalise(self, given: Mapping[str, Any], record: Any, reading: Reading) -> dict[str, Any]:
        """Read as in the country of the record's address, else as in the reader's own."""
        if self.name not in given:
            return {}
        country = find_country(str(given.get(self.place) or getattr(record, self.place, None) or ""))
        if country is None or country == reading.country:
            return {self.name: self.clean(given[self.name], reading)}
        for strict in (replace(reading, country=country, lenient=False), replace(reading, lenient=False)):
            try:
                return {self.name: self.clean(given[self.name], strict)}
            except FieldError:
                continue
        return {self.name: self.clean(given[self.name], replace(reading, country=country))}


class Phone(OfPlace):
    """A phone number, stored as E.164 (`;ext=` behind it), shown as people read it aloud."""

    type = "phone"
    found_by = "B"
    operators = (*EQUALITY, "starts", "not_starts", *PRESENCE)

    def form(self, raw: Any, reading: Reading) -> str:
        return parse_phone(raw, reading)

    def display(self, value: Any, reading: Reading) -> str:
        return show_phone(value, reading) if value else ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "phone", "maxLength": 40, "examples": ["+862164882107"]}


class Email(Text):
    """An e-mail address; the domain in lower case."""

    type = "email"
    found_by = "B"

    def form(self, raw: Any, reading: Reading) -> str:
        return parse_email(raw, reading)

    def display(self, value: Any, reading: Reading) -> str:
        return show_email(value, reading) if value else ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": 254}


class Handle(Text):
    """A name in a messenger: `service` is wechat, qq, whatsapp, …"""

    type = "handle"
    found_by = "B"

    def __init__(self, label: Label = "", service: str = "wechat", **given: Any) -> None:
        self.service = service
        super().__init__(label, **given)

    def form(self, raw: Any, reading: Reading) -> str:
        return parse_handle(raw, reading, self.service)

    def display(self, value: Any, reading: Reading) -> str:
        return show_handle(value, reading, self.service) if value else ""


class Url(Text):
    """A web address; https is added where no scheme is written."""

    type = "url"
    found_by = "B"

    def __init__(self, label: Label = "", *, longest: int = 500, **given: Any) -> None:
        super().__init__(label, longest=longest, **given)

    def form(self, raw: Any, reading: Reading) -> str:
        return parse_url(raw, reading)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri", "maxLength": self.longest}


class TaxId(OfPlace):
    """A tax or registration number; 统一社会信用代码 and VAT numbers are checked by their check digit."""

    type = "tax_id"
    found_by = "B"

    def form(self, raw: Any, reading: Reading) -> str:
        return parse_tax_id(raw, reading)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 40, "examples": ["91310000132212766M"]}


