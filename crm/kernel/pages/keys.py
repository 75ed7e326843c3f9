"""The keyboard in words (assets/js/keys.js acts on it), and the verbs of the palette."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.registry import registry
from crm.kernel.pages import doings, guide, navigation
from crm.kernel.pages.wording import language_tag


def groups() -> list[tuple[str, list[tuple[list[str], str]]]]:
    """[(heading, [(keys, what they do)])]."""
    return [
        (
            _("Everywhere"),
            [
                (["/"], _("Find")),
                (["⌘", "K"], _("Find by name, do by verb")),
                (["C"], _("Create")),
                (["G", "…"], _("Go: then the letter of a menu line")),
                (["Z"], _("Undo the last act")),
                (["M"], _("What can be done with the record: its menu")),
                (["⌘", "P"], _("Print")),
                (["?"], _("These keys")),
                (["Esc"], _("Close what is on top")),
            ],
        ),
        (
            _("Lists"),
            [
                (["J"], _("Next row")),
                (["K"], _("Previous row")),
                (["X"], _("Tick the row")),
                (["E"], _("Edit a cell")),
                (["↵"], _("Open the record")),
                (["⌘", "↵"], _("Open beside the list")),
                (["F"], _("Filter")),
            ],
        ),
        (
            _("Cells"),
            [
                (["↵"], _("Save")),
                (["Tab"], _("Save, next cell")),
                (["Esc"], _("As it was")),
                (["⌘", "V"], _("Paste cells of a spreadsheet")),
                (["⌘", "D"], _("Into all ticked rows")),
            ],
        ),
        (
            _("Record"),
            [
                (["1", "…", "9"], _("Tabs")),
                (["N"], _("Write a note")),
                (["E"], _("Edit")),
                (["["], _("Previous record")),
                (["]"], _("Next record")),
            ],
        ),
        (
            _("Board"),
            [(["Space"], _("Lift a card, put it down")), (["←", "→"], _("Move it")), (["Esc"], _("Put it back"))],
        ),
        (_("Forms"), [(["⌘", "↵"], _("Save"))]),
    ]


def verbs(actor: Any) -> list[dict[str, str]]:
    """[{label, url, icon, act}]: going, creating and reading up, for the palette. `act` as `doings` has it."""
    made = [
        {
            "label": _("New: %(kind)s") % {"kind": kind.label},
            "url": reverse("pages.new", kwargs={"entity": kind}),
            "icon": "plus",
            "act": doings.DIALOG,
        }
        for kind in registry.all()
        if kind.menu and policy_for(kind).may(actor, "create")
    ]
    going = [{"label": str(line.label), "url": line.url, "icon": line.icon} for line in navigation.entries(actor)]
    return [*going, *made, *_help()]


def _help() -> list[dict[str, str]]:
    """The chapters of the guide."""
    return [
        {"label": _("Help: %(chapter)s") % {"chapter": one.title}, "url": guide.address(one.key), "icon": "book"}
        for one in guide.chapters(language_tag()).values()
    ]
