"""The field types that can be made in the interface, and how a declaration becomes a field of that type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity import fields as f
from crm.kernel.entity.custom.formula import Formula
from crm.kernel.entity.custom.words import said
from crm.kernel.entity.custom.worked import KEPT, Plan, Worked
from crm.kernel.entity.fields.fact import Fact, Label, ModelClass

Facts = Mapping[str, Any]
#: The model that a link's target means: the code of a kind, "person", "team", or "record" for any kind.
Target = Callable[[str], ModelClass | None]


@dataclass(frozen=True, slots=True)
class Making:
    """What a field is made from."""

    label: Label
    facts: Facts
    common: dict[str, Any]
    target: Target


@dataclass(frozen=True, slots=True)
class FieldType:
    """One type: its name, what it is told (`asks`: names of `facts`), and how it is made. `made` answers None where the
    target of a link is gone."""

    label: Label
    made: Callable[[Making], Fact | None]
    asks: tuple[str, ...] = ()


def _plain(make: type[Fact]) -> Callable[[Making], Fact]:
    def made(one: Making) -> Fact:
        return make(one.label, **one.common)  # type: ignore[call-arg]

    return made


def _told(make: type[Fact], *asks: str) -> Callable[[Making], Fact]:
    def made(one: Making) -> Fact:
        told = {name: one.facts[name] for name in asks if one.facts.get(name) is not None}
        return make(one.label, **told, **one.common)  # type: ignore[call-arg]

    return made


def options_of(facts: Facts) -> list[tuple[str, Label]]:
    """[(code, label)] of a choice."""
    return [(str(one["value"]), said(one.get("labels") or {"en": one["value"]})) for one in facts.get("options") or ()]


def _choice(make: Any) -> Callable[[Making], Fact]:
    return lambda one: make(one.label, options_of(one.facts), **one.common)


def _link(one: Making) -> Fact | None:
    target = one.target(str(one.facts.get("target") or ""))
    return f.Link(target, one.label, **one.common) if target is not None else None


def _links(one: Making) -> Fact:
    return f.Links(str(one.facts.get("target") or ""), one.label, **one.common)


def _formula(one: Making) -> Fact:
    told: Facts = one.facts.get("worked") or {}
    before = tuple((datetime.fromisoformat(was["until"]), Formula(was["formula"])) for was in told.get("before") or ())
    since = datetime.fromisoformat(told["since"]) if told.get("since") else None
    plan = Plan(Formula(str(one.facts.get("formula") or "")), since, before, str(told.get("why") or ""), tuple(told.get("words") or ()))
    return KEPT.get(str(told.get("as") or ""), Worked)(one.label, plan, **one.common)


TYPES: dict[str, FieldType] = {
    "text": FieldType(_("Text, one line"), _told(f.Text, "longest"), ("longest",)),
    "long_text": FieldType(_("Text, several lines"), _told(f.LongText, "longest")),
    "choice": FieldType(_("One of a list"), _choice(f.Choice), ("options",)),
    "multi_choice": FieldType(_("Several of a list"), _choice(f.MultiChoice), ("options",)),
    "tags": FieldType(_("Tags"), _plain(f.Tags)),
    "yes_no": FieldType(_("Yes or no"), _plain(f.YesNo)),
    "integer": FieldType(_("Whole number"), _told(f.Integer, "least", "most"), ("least", "most")),
    "decimal": FieldType(_("Decimal number"), _told(f.Decimal, "places"), ("places",)),
    "percent": FieldType(_("Per cent"), _told(f.Percent, "places")),
    "money": FieldType(_("Amount of money"), _plain(f.Money)),
    "date": FieldType(_("Date"), _plain(f.Date)),
    "datetime": FieldType(_("Date and time"), _plain(f.DateTime)),
    "email": FieldType(_("E-mail address"), _plain(f.Email)),
    "phone": FieldType(_("Phone number"), _plain(f.Phone)),
    "url": FieldType(_("Web address"), _plain(f.Url)),
    "handle": FieldType(_("Name in a messenger"), _told(f.Handle, "service"), ("service",)),
    "tax_id": FieldType(_("Tax number"), _plain(f.TaxId)),
    "person_name": FieldType(_("Name of a person"), _plain(f.PersonName)),
    "currency": FieldType(_("Currency"), _plain(f.Currency)),
    "country": FieldType(_("Country"), _plain(f.Country)),
    "address": FieldType(_("Postal address"), _plain(f.PostalAddress)),
    "link": FieldType(_("Link to one record"), _link, ("target",)),
    "links": FieldType(_("Links to several records"), _links, ("target",)),
    "computed": FieldType(_("Computed by a formula"), _formula, ("formula",)),
}
