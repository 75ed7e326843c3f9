"""Rows of a dry run that would make a record which is there already."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.kernel.dedupe.queries import Candidate as Similar
from crm.kernel.dedupe.queries import exact
from crm.kernel.exchange.intake import Candidate, Intake


def lookalikes(intake: Intake, candidates: Sequence[Candidate]) -> dict[int, str]:
    """{row: which record it looks like} of new rows, by tax number, mail, phone or name: one statement for all rows."""
    new = [one for one in candidates if one.made is not None]
    if not new or not intake.entity.duplicates:
        return {}
    themselves = {one.made.pk for one in new}
    found = zip(new, exact(intake.entity, [one.made.__dict__ for one in new], themselves), strict=True)
    return {one.row.number: _said(similar) for one, similar in found if similar is not None}


def _said(similar: Similar) -> str:
    if similar.masked:
        return similar.title
    reason = similar.reasons[0] if similar.reasons else ""
    return _("Looks like “%(title)s” (%(reason)s)") % {"title": similar.title, "reason": reason}
