"""The built-in roles in the reader's language, as long as nobody has given them words of the company's own."""

from functools import cache

from django.conf import settings
from django.utils.translation import override

from crm.kernel.identity.built_in import ROLES
from crm.kernel.identity.models import Role


@cache
def _wordings(key: str, part: int) -> frozenset[str]:
    """What the name (`part` 0) or purpose (1) of a built-in role is in any language."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(str(ROLES[key][part]))
    return frozenset(found)


def name_of(role: Role) -> str:
    """The role's name as it is shown."""
    return _told(role, 0, role.name)


def purpose_of(role: Role) -> str:
    """What the role is for, as it is shown."""
    return _told(role, 1, role.description)


def _told(role: Role, part: int, stored: str) -> str:
    shipped = role.built_in in ROLES and stored in _wordings(role.built_in, part)
    return str(ROLES[role.built_in][part]) if shipped else stored
