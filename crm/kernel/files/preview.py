"""How a file is shown without being downloaded. Uploaded bytes never run in Kith's own origin: pictures are handed out as the
picture types they are, pages of a PDF are drawn into pictures on the server, and text is text."""

from dataclasses import dataclass, field

from crm.kernel.files import storage
from crm.kernel.files.kind import PDF, SHOWN, is_text
from crm.kernel.files.models import FileRef, FileText
from crm.kernel.files.reading.guard import Unreadable
from crm.kernel.files.reading.texts import pages_of, shown_text
from crm.kernel.tenancy.scope import current_workspace_id

#: Characters of a text, and pages of a PDF, that are shown.
MOST_TEXT, MOST_PAGES = 100_000, 50


@dataclass(frozen=True, slots=True)
class Preview:
    """`how`: picture, pages, text (as it stands), inside (the text that was read in it), held, broken or none. `pages` are sizes
    in points; `more`: something is left out."""

    how: str
    text: str = ""
    pages: list[tuple[int, int]] = field(default_factory=list)
    many: int = 0
    more: bool = False


def preview(row: FileRef, text: FileText | None) -> Preview:
    """What is shown of a file that the actor may see."""
    if row.held:
        return Preview("held")
    if row.mime in SHOWN:
        return Preview("picture")
    path = storage.place(current_workspace_id(), row.id)
    try:
        if row.mime == PDF:
            many, pages = pages_of(path)
            return Preview("pages", pages=pages[:MOST_PAGES], many=many, more=many > MOST_PAGES)
        if is_text(row.mime):
            shown = shown_text(path, MOST_TEXT + 1)
            return Preview("text", text=shown[:MOST_TEXT], more=len(shown) > MOST_TEXT)
    except Unreadable:
        return Preview("broken")
    if text is not None and text.body:
        return Preview("inside", text=text.body[:MOST_TEXT], more=len(text.body) > MOST_TEXT)
    return Preview("none")
