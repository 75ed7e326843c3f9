"""What an archive does not hold, with the reason. All other tables of a workspace are in, new ones by themselves."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words

_KEYS: Words = _("A key that lets somebody in. Keys stay where they were made; make new ones after the import.")
_QUEUE: Words = _("Work that waits on this installation. What it has done so far is inside.")
_SHORT: Words = _("Kept for a short time only.")
_FIGURES: Words = _("Counted anew after the import.")

#: {table: why it is left out}; models of parts say it themselves (`TenantModel.stays`). A link of another table to one of these is empty
#: in the archive.
TABLES: dict[str, Words] = {
    "session": _KEYS,
    "api_token": _KEYS,
    "password_reset": _KEYS,
    "calendar_link": _KEYS,
    "invitation": _KEYS,
    "file_link": _KEYS,
    "task": _QUEUE,
    "outbox_event": _QUEUE,
    "letter": _QUEUE,
    "bulk_run": _QUEUE,
    "bulk_part": _QUEUE,
    "kept_answer": _SHORT,
    "export_run": _SHORT,
    "archive_run": _SHORT,
    "kind_figures": _FIGURES,
}

_DERIVED: Words = _("Worked out anew after the import.")

#: {(table, column): why it is left out}. A row gets the column's default instead.
COLUMNS: dict[tuple[str, str], Words] = {
    ("record", "search"): _DERIVED,
    ("record", "duplicate_keys"): _DERIVED,
    ("file_text", "search"): _DERIVED,
    ("file_room", "used"): _DERIVED,
}

#: Left out, too, unless the archive is asked for with them.
PASSWORD: tuple[str, str] = ("member", "password")
WITHOUT_PASSWORDS: Words = _("Passwords leave only where that is asked for by the command line.")
