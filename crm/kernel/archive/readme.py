"""The page of plain text that lies in an archive for whoever opens it without Kith."""

from django.utils.translation import gettext as _

from crm.kernel.archive.form import Manifest


def readme(manifest: Manifest) -> str:
    """In the language of who asked for the archive."""
    rows = sum(member.rows or 0 for member in manifest.members.values())
    said = [
        _("This is everything that %(name)s keeps in Kith, as it was at %(moment)s.")
        % {"name": manifest.workspace.name, "moment": manifest.at.strftime("%Y-%m-%d %H:%M:%S UTC")},
        _("To read it: the folder “readable” holds one table of each kind, for any spreadsheet program."),
        _("To take it in: ./kith import FILE --workspace NEW-SHORT-NAME makes a new workspace of it, with everything as it was."),
        _("“rows” holds %(rows)s rows of all tables as lines of JSON, “files” what was attached, by the id of its row in "
          "rows/file.jsonl, “imports” the files of imports, “manifest.json” the digest of every member.") % {"rows": rows},
        _("Not inside:") + "\n" + "\n".join(f"- {name}: {why}" for name, why in manifest.left_out.items()),
    ]
    return "\n\n".join(said) + "\n"
