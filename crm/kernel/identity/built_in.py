"""The roles a new workspace starts with. They are copied as data, in the workspace's language, and may be edited."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words

_MANAGER: dict[str, Any] = {
    "view": "team_below", "edit": "team_below", "delete": "team_below", "create": True, "export": True, "import": True,
}
_SELLER: dict[str, Any] = {
    "view": "team", "edit": "own", "delete": "own", "create": True, "export": True, "import": False,
}
_VIEWER: dict[str, Any] = {
    "view": "all", "edit": "none", "delete": "none", "create": False, "export": False, "import": False,
}

ADMINISTRATOR = "administrator"

#: key → (name, what for, grants)
ROLES: dict[str, tuple[Words, Words, dict[str, Any]]] = {
    ADMINISTRATOR: (
        _("Administrator"), _("May do everything, including users, roles and settings."), {"admin": True},
    ),
    "manager": (
        _("Manager"), _("Sees and changes the work of the own team and the teams below."),
        {"kinds": {"*": _MANAGER}, "does": ["*"]},
    ),
    "seller": (
        _("Seller"), _("Works on own records and reads those of the team."), {"kinds": {"*": _SELLER}, "does": ["*"]},
    ),
    "viewer": (
        _("Viewer"), _("Reads everything and changes nothing."), {"kinds": {"*": _VIEWER}, "does": []},
    ),
}
