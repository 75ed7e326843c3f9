"""Fields of several flat columns: money with its currency, a person's name with its parts, a postal address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.money import Money as Amount
from crm.kernel.base.money import places
from crm.kernel.entity.fields.fact import EQUALITY, ORDER, PRESENCE, Fact, Label, ModelClass, StoredFact, WholeColumn
from crm.kernel.entity.fields.scalar import Choice, Text
from crm.kernel.entity.forms import address, numbers, person
from crm.kernel.entity.forms.currencies import codes, parse_currency
from crm.kernel.entity.forms.errors import part_called
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import parse_text
from crm.kernel.entity.storage import Computed as ComputedStorage


def currencies() -> list[tuple[str, Label]]:
    """[(code, code)] of every currency in use, by ISO 4217."""
    return [(code, code) for code in sorted(codes())]


class Money(StoredFact, WholeColumn):
    """An amount in whole minor units; its currency stands in `<name>_currency`."""

    type = "money"
    operators = (*EQUALITY, *ORDER, *PRESENCE)

    def companions(self, cls: ModelClass, name: str) -> None:
        self.currency_name = f"{name}_currency"
        if self.currency_name not in {field.name for field in cls._meta.local_fields}:
            column = Currency(_("Currency"), part_of=name)
            column.contribute_to_class(cls, self.currency_name)

    def names(self) -> list[str]:
        return [self.name, self.currency_name]

    def columns(self) -> list[str]:
        return [self.name, self.currency_name]

    def from_row(self, *raw: Any) -> Amount | None:
        minor, currency = raw
        return None if minor is None else Amount(minor, currency or "CNY")

    def value(self, record: Any) -> Amount | None:
        return self.from_row(self.storage.read(record), getattr(record, self.currency_name))

    def clean(self, raw: Any, reading: Reading) -> Amount | None:
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None
        return raw if isinstance(raw, Amount) else numbers.parse_money(raw, reading)

    def normalise(self, given: Mapping[str, Any], record: Any, reading: Reading) -> dict[str, Any]:
        old = self.value(record) if record is not None else None
        currency = old.currency if old else reading.currency
        if given.get(self.currency_name):
            with part_called(self.currency_name):
                currency = parse_currency(given[self.currency_name], reading) or currency
        if self.name not in given:
            if old is None or self.currency_name not in given:
                return {}
            return self._stored(Amount.of(old.decimal, currency))
        amount = given[self.name]
        if amount is None or isinstance(amount, Amount) or not str(amount).strip():
            return self._stored(amount if isinstance(amount, Amount) else None)
        return self._stored(numbers.parse_money(amount, reading, currency if given.get(self.currency_name) or old else None))

    def _stored(self, amount: Amount | None) -> dict[str, Any]:
        return {self.name: amount.minor if amount else None, self.currency_name: amount.currency if amount else None}

    def display(self, value: Any, reading: Reading) -> str:
        return "" if value is None else numbers.show_money(value, reading)

    def to_json(self, value: Any) -> Any:
        return None if value is None else str(value.decimal)

    def to_cell(self, value: Any) -> Any:
        return None if value is None else value.decimal

    def compared(self, value: Any) -> Any:
        return value.minor if isinstance(value, Amount) else value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "decimal", "pattern": r"^-?\d{1,12}(\.\d+)?$"}

    @staticmethod
    def scale(currency: str) -> int:
        return places(currency)


class Currency(Choice):
    """The currency of an amount, ISO 4217."""

    type = "currency"
    indexed = False

    def __init__(self, label: Label = "", **given: Any) -> None:
        super().__init__(label, currencies, **given)

    def clean(self, raw: Any, reading: Reading) -> str | None:
        """Codes, signs and names are understood: RMB, 美元, €."""
        return None if raw is None else parse_currency(raw, reading) or None


class PersonName(Text):
    """A person's name as written, with `family_name` and `given_name` beside it, in Chinese or Western order."""

    type = "person_name"

    def companions(self, cls: ModelClass, name: str) -> None:
        super().companions(cls, name)
        present = {field.name for field in cls._meta.local_fields}
        for part, label in (("family_name", _("Family name")), ("given_name", _("Given name"))):
            if part not in present:
                Part(label, longest=100, part_of=name).contribute_to_class(cls, part)

    def names(self) -> list[str]:
        return [self.name, "family_name", "given_name"]

    def form(self, raw: Any, reading: Reading) -> str:
        name = person.parse_person(raw, reading)
        return name.full if name else ""

    def derive(self, record: Any) -> None:
        """People are sorted by surname, in pinyin with the sounds that surnames have."""
        super().derive(record)
        value = self.storage.read(record)
        if self.title and value:
            name = person.PersonName(value, record.family_name or "", record.given_name or "")
            setattr(record, f"{self.name}_sort", name.sort_key)

    def normalise(self, given: Mapping[str, Any], record: Any, reading: Reading) -> dict[str, Any]:
        parts = {one: given[one] for one in ("family_name", "given_name") if one in given}
        name = person.parse_person(given[self.name], reading) if self.name in given else None
        if name is not None:
            found = {self.name: name.full[: self.longest], "family_name": name.family, "given_name": name.given}
            return found | {name: value for name, value in _parts_of_name(parts, reading).items() if value}
        if not parts:
            return {self.name: None} if self.name in given else {}
        kept = {one: getattr(record, one, None) for one in ("family_name", "given_name")}
        new = kept | _parts_of_name(parts, reading)
        whole = person.compose_person(new["family_name"], new["given_name"], reading)
        if whole is None:
            return {self.name: None, **new}
        return {self.name: whole.full, "family_name": whole.family or None, "given_name": whole.given or None}


def _parts_of_name(parts: Mapping[str, Any], reading: Reading) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, raw in parts.items():
        with part_called(name):
            found[name] = parse_text(raw, reading, longest=100) or None
    return found


class Part(Text):
    """A text column that belongs to a composite field, which normalises it."""


class Country(Choice):
    """A country, ISO 3166-1 alpha-2; names in both languages are understood."""

    type = "country"

    def clean(self, raw: Any, reading: Reading) -> str | None:
        return None if raw is None or not str(raw).strip() else address.parse_country(raw, reading)

    @property
    def choices_list(self) -> list[tuple[str, Label]]:
        return address.country_choices()

    def display(self, value: Any, reading: Reading) -> str:
        return address.show_country(value, reading) if value else ""

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["CN", "GB"]}


ADDRESS_PARTS: tuple[tuple[str, Label], ...] = (
    ("country", _("Country")), ("region", _("Province or state")), ("city", _("City")), ("district", _("District")),
    ("postcode", _("Postcode")), ("street", _("Street and number")),
)


def _part_of_address(suffix: str, raw: Any, reading: Reading) -> str | None:
    parse = address.parse_country if suffix == "country" else parse_text
    return parse(raw, reading) or None


class PostalAddress(Fact):
    """An address in six flat columns `<name>_country … _street`; itself the address written in its country's order."""

    type = "address"
    operators = ()
    indexed = False

    def __init__(self, label: Label = "", **given: Any) -> None:
        self.facts(label, given)
        self.storage = ComputedStorage(self.value)

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        self.name = name
        cls.virtual_facts = {**getattr(cls, "virtual_facts", {}), name: self}
        for suffix, label in ADDRESS_PARTS:
            made = Country(label, part_of=name) if suffix == "country" else Part(label, part_of=name)
            made.contribute_to_class(cls, f"{name}_{suffix}")

    def names(self) -> list[str]:
        return [self.name, *self.columns()]

    def columns(self) -> list[str]:
        return [f"{self.name}_{suffix}" for suffix, _label in ADDRESS_PARTS]

    def from_row(self, *raw: Any) -> address.Address | None:
        return address.Address(*(part or "" for part in raw)) if any(raw) else None

    def value(self, record: Any) -> address.Address | None:
        return self.from_row(*(getattr(record, column) for column in self.columns()))

    def clean(self, raw: Any, reading: Reading) -> Any:
        return None if raw is None or not str(raw).strip() else address.parse_address(raw, reading)

    def normalise(self, given: Mapping[str, Any], record: Any, reading: Reading) -> dict[str, Any]:
        whole = self.clean(given[self.name], reading) if self.name in given else None
        found: dict[str, Any] = {}
        for suffix, _label in ADDRESS_PARTS:
            name = f"{self.name}_{suffix}"
            if whole is not None:
                found[name] = getattr(whole, suffix)
            if name in given and (whole is None or given[name]):
                with part_called(name):
                    found[name] = _part_of_address(suffix, given[name], reading)
        country = found.get(f"{self.name}_country") or getattr(record, f"{self.name}_country", None) or reading.country
        region, postcode = f"{self.name}_region", f"{self.name}_postcode"
        if found.get(region):
            found[region] = address.parse_region(found[region], country, reading)
        if found.get(postcode):
            with part_called(postcode):
                found[postcode] = address.parse_postcode(found[postcode], country, reading)
        return found

    def display(self, value: Any, reading: Reading) -> str:
        return address.show_address(value, reading) if value else ""

    def to_json(self, value: Any) -> Any:
        return address.show_address(value, None) if value else None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 600}
