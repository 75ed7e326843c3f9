"""The layout of a kind: sections of its form, columns, head, board, calendar, and what must be filled."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views.field_types import icon_of
from crm.administration.views.kind_words import has_layout, languages, names_in
from crm.administration.views.kinds import HOME, RIGHT
from crm.administration.views.page import need, section
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import layouts
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.pages import toasts

#: What stands before the number of a section among the names of fields.
_SECTION = "section:"


@require_http_methods(["GET", "HEAD", "POST"])
def layout(request: HttpRequest, kind: str) -> HttpResponseBase:
    need(RIGHT)
    entity = kind_of(kind)
    now = layouts.layout_of(entity)
    refusal: Wrong | None = None
    if request.method == "POST":
        now |= _given(request.POST)
        try:
            layouts.change_layout(kind, _given(request.POST))
            return toasts.later(redirect(f"{HOME}/{kind}/layout"), _("The layout is saved."), f"/undo/kind/{kind}/layout")
        except Wrong as refused:
            refusal = refused
    words = {
        "entity": entity, "now": now, "fits": {part: layouts.fitting(entity, part) for part in layouts.FITS}, "icon_of": icon_of,
        "languages": languages(), "tab": "layout", "changed": has_layout(entity), "most": layouts.MOST_HIGHLIGHTS,
        "needed": {name for name, one in entity.fields.items() if (one.required or one.title) and name not in now["required"]},
    }  # fmt: skip
    return section(request, "kinds", template="kind_layout", refusal=refusal, **words)


def _given(sent: QueryDict) -> dict[str, Any]:
    """The layout that the form says. `place` goes through sections and their fields in the order of the page."""
    form: list[dict[str, Any]] = []
    for place in sent.getlist("place"):
        if place.startswith(_SECTION):
            form.append({"labels": names_in(sent, place), "fields": []})
        elif form:
            form[-1]["fields"].append(place)
    kept = [one for one in form if one["fields"] or any(text.strip() for text in one["labels"].values())]
    found: dict[str, Any] = {name: sent.getlist(name) for name in ("columns", "highlights", "card", "required")}
    found |= {name: sent.get(name, "") for name in layouts.ONES}
    return found | {"form": kept, "calendar": [name for name in sent.getlist("calendar") if name]}


@require_POST
def reset(request: HttpRequest, kind: str) -> HttpResponseBase:
    """As Kith lays it out."""
    need(RIGHT)
    layouts.reset_layout(kind)
    text = _("The kind is laid out as Kith does it.")
    return toasts.later(redirect(f"{HOME}/{kind}/layout"), text, f"/undo/kind/{kind}/layout")
