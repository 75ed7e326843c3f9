"""The condition of a field, a section or a variant of a layout: chosen by rows, as over a list, or typed as text."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.administration.views import filter_dialog
from crm.administration.views.kinds import HOME, RIGHT
from crm.administration.views.page import need
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom import layout_parts
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.entity.custom.checking import Given
from crm.kernel.entity.filter import Asker, condition, to_text
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.pages import toasts


@require_http_methods(["GET", "POST"])
def editor(request: HttpRequest, kind: str) -> HttpResponse:
    """GET: the dialog for the condition `text`; POST: tells the page what was chosen. `into` is the input of the layout's form that it
    belongs to, `about` the fields whose being shown it decides."""
    need(RIGHT)
    entity = kind_of(kind)
    given = request.POST if request.method == "POST" else request.GET
    into, about = given.get("into", ""), [name for name in given.getlist("about") if name in entity.fields]

    def checked(text: str) -> str:
        if text and about:
            answers = Given()
            parts = layout_parts.read_part(answers, entity, "form", [{"labels": {"en": "–"}, "fields": about, "when": text}])
            answers.done()
            return str(parts[0].get("when", ""))
        if len(text) > layout_parts.LONGEST_CONDITION:
            raise Wrong(_("Write a condition of at most %(n)s characters.") % {"n": layout_parts.LONGEST_CONDITION})
        return to_text(condition(text, entity, Asker(current_reading()))) if text else ""

    asked = filter_dialog.Dialog(
        entity, _("Shown when") if into != "when" else _("For records of which this holds"), f"{HOME}/{kind}/condition", checked,
        "owner = me", _("Whether it holds is looked at while somebody types."),
        lambda one: one.type != "links" and one.name not in about and one.part_of not in about,
        {"into": [into], "about": about},
    )  # fmt: skip
    if request.method != "POST":
        return filter_dialog.show(request, asked, given.get("text", "").strip())
    found = filter_dialog.sent(request, asked)
    if isinstance(found, HttpResponse):
        return found
    return toasts.trigger(HttpResponse(status=204), closelayer={}, condition={"into": into, "text": found})  # type: ignore[return-value]
