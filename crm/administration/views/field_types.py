"""The field types as they are offered: in groups, each with an icon and a line that says what it is for."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.custom.types import TYPES
from crm.kernel.entity.fields.fact import Label


@dataclass(frozen=True, slots=True)
class Offer:
    """One type in the palette."""

    type: str
    icon: str
    purpose: Promise | str = ""

    @property
    def label(self) -> Label:
        return TYPES[self.type].label


GROUPS: tuple[tuple[Promise, tuple[Offer, ...]], ...] = (
    (_("Words"), (
        Offer("text", "text", _("A name, a number plate, an article number")),
        Offer("long_text", "list", _("Notes, terms, a description")),
        Offer("choice", "down", _("A state or a class; can be a board")),
        Offer("multi_choice", "check", _("Equipment, interests: any of a list")),
        Offer("tags", "pin", _("Free words, made up as needed")),
        Offer("yes_no", "toggle", _("Insured, signed, on site")),
    )),
    (_("Numbers"), (
        Offer("integer", "hash", _("Seats, pieces, kilometres")),
        Offer("decimal", "chart", _("Weight, length, a measured value")),
        Offer("percent", "trend", _("A discount, a share, a chance")),
        Offer("money", "coin", _("A price with its currency; can be summed")),
        Offer("currency", "coin", _("A currency by itself, such as that of a contract")),
        Offer("computed", "spark", _("Worked out of other fields, never typed")),
    )),
    (_("Time"), (
        Offer("date", "calendar", _("A day; gives the kind a calendar")),
        Offer("datetime", "clock", _("A day with an hour, in everybody's zone")),
    )),
    (_("Links"), (
        Offer("link", "link", _("To an account, a colleague, another kind")),
        Offer("links", "graph", _("To any number of records of one kind")),
    )),
    (_("Ways to reach"), (
        Offer("person_name", "person", _("Family and given name, each language its order")),
        Offer("email", "mail", _("Written to with a click")),
        Offer("phone", "phone", _("Kept in one form, called with a click")),
        Offer("url", "globe", _("A website or a page")),
        Offer("handle", "chat", _("WeChat, WhatsApp, Telegram …")),
        Offer("address", "map", _("Street, city, province, country")),
        Offer("country", "flag", _("One country by its name or code")),
        Offer("tax_id", "building", _("Checked for its length and digits")),
    )),
)  # fmt: skip
_KNOWN = {one.type: one for _label, group in GROUPS for one in group}


def offer(type_: str) -> Offer:
    """The line of a type; one that the palette does not describe has its name alone."""
    return _KNOWN.get(type_) or Offer(type_, "text")


def offers() -> Iterator[tuple[Promise, tuple[Offer, ...]]]:
    """[(group, its types)] of all types there are."""
    yield from GROUPS
    others = tuple(offer(type_) for type_ in TYPES if type_ not in _KNOWN)
    if others:
        yield _("Others"), others


#: Icons of types that fields which come with Kith have besides.
_ICONS = {
    "person_name": "person", "currency": "coin", "language": "globe", "industry": "building", "legal_id": "shield", "files": "clip",
}  # fmt: skip


def icon_of(type_: str) -> str:
    """The icon beside a field of any type."""
    return offer(type_).icon if type_ in TYPES else _ICONS.get(type_, "text")
