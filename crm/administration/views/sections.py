"""The pages of the settings: one's own first, then those of the workspace, each with the permission it needs."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.administration.views.matrix import ADMINISTRATION
from crm.kernel.pages import guide


@dataclass(frozen=True, slots=True)
class Section:
    """One line of the settings' own menu. `needs` None: everybody's own."""

    key: str
    label: Promise
    url: str
    icon: str
    needs: str | None = None


SECTIONS: list[Section] = [
    Section("profile", _("Profile"), "/settings/profile", "person"),
    Section("security", _("Password and sessions"), "/settings/security", "lock"),
    Section("absence", _("Absence"), "/settings/absence", "calendar"),
    Section("tokens", _("My API tokens"), "/settings/tokens", "key"),
    Section("workspace", _("Workspace"), "/settings/workspace", "building", "administration.workspace"),
    Section("users", _("Users"), "/settings/users", "people", "administration.users"),
    Section("teams", _("Teams"), "/settings/teams", "team", "administration.teams"),
    Section("roles", _("Roles"), "/settings/roles", "shield", "administration.roles"),
    Section("kinds", _("Kinds and fields"), "/settings/kinds", "box", "administration.kinds"),
    Section("parts", _("Parts"), "/settings/parts", "toggle", "administration.parts"),
    Section("configuration", _("Configuration"), "/settings/configuration", "code", "administration.configuration"),
    Section("archive", _("Whole company"), "/settings/archive", "download", "administration.archive"),
    Section("files", _("Files"), "/settings/files", "clip", "administration.files"),
    Section("work", _("Background work"), "/settings/work", "sync", "administration.work"),
    Section("audit", _("Audit log"), "/settings/audit", "shield", "administration.audit"),
    Section("all-tokens", _("Everybody's API tokens"), "/settings/all-tokens", "code", "administration.tokens"),
]


def add_section(section: Section, after: str) -> None:
    """Adds a page of a part above the administration, below the one of that key. A part does so in its module `entities`."""
    place = next(number for number, one in enumerate(SECTIONS) if one.key == after)
    SECTIONS.insert(place + 1, section)
    _tell_guide(section)


def _tell_guide(section: Section) -> None:
    """Who may open the page: the guide links to it for them. A right in no line of the matrix is the administrators' alone."""
    if section.needs is not None:
        guide.needs(section.url, section.needs, ADMINISTRATION.get(section.needs, section.label))


for _one in SECTIONS:
    _tell_guide(_one)


def sections_for(actor: Any) -> list[Section]:
    """The sections this actor may open."""
    return [section for section in SECTIONS if section.needs is None or actor.may(section.needs)]
