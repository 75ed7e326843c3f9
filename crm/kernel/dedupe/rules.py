"""What a record kind declares: which of its fields are compared, and how.

duplicates = (company("name", "other_name"), phone("phone"), email("email"), web("website"), tax("tax_id"), address("address"))
"""

from dataclasses import dataclass

#: From which probability on two records are surely the same, and from which on a person is asked.
SURE, ASK = 0.95, 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """One comparison. `how` names it in `weights.TABLE`; several `fields` mean: any of them with any of the other's."""

    how: str
    fields: tuple[str, ...]


def company(*fields: str) -> Rule:
    """Names of companies: short and registered, in any script, with or without place, trade and legal form."""
    return Rule("company", fields)


def person(*fields: str) -> Rule:
    """Names of people, in Chinese and Western order."""
    return Rule("person", fields)


def phone(*fields: str) -> Rule:
    return Rule("phone", fields)


def email(*fields: str) -> Rule:
    """The address, or else its domain where that is not one of a public mail service."""
    return Rule("email", fields)


def web(*fields: str) -> Rule:
    """The domain of a web address; it meets the domains of e-mail addresses, too."""
    return Rule("web", fields)


def tax(*fields: str) -> Rule:
    return Rule("tax", fields)


def address(*fields: str) -> Rule:
    """A postal address: street and number, else the town alone."""
    return Rule("address", fields)


def own(*fields: str) -> Rule:
    """Texts and numbers that a workspace says tell who somebody is, such as a customer number: each is compared with itself."""
    return Rule("own", fields)


def link(*fields: str) -> Rule:
    """The record that both belong to."""
    return Rule("link", fields)
