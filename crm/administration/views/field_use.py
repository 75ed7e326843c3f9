"""What becomes of fields: why each is there, who uses it, how well it is filled, when it was last written; and which could go."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.administration.queries import FieldUse, fields_of, not_needed
from crm.administration.views.page import need, section
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import toasts
from crm.kernel.pages.links import list_address
from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.records.counting import NAME, count_fields
from crm.kernel.records.undo import note

RIGHT = actions.RIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """A field in the table, with the addresses of the lists that its figures open."""

    use: FieldUse
    filled: str = ""
    empty: str = ""

    @property
    def sorts(self) -> list[str]:
        """The sorts of its uses, each once."""
        return list(dict.fromkeys(str(one.what) for one in self.use.uses))


def _lines(entity: Entity[Any]) -> list[Line]:
    return [_line(entity, one) for one in fields_of(entity)]


def _line(entity: Entity[Any], one: FieldUse) -> Line:
    if not one.fact.filterable:
        return Line(one)
    return Line(one, *(list_address(entity, {"field": one.fact.name, "op": op}) for op in ("filled", "empty")))


def _words(entity: Entity[Any]) -> dict[str, Any]:
    lines = _lines(entity)
    counted = next((line.use.counted_at for line in lines if line.use.counted_at), None)
    busy = Task.objects.filter(name=NAME, state__in=(Task.WAITING, Task.RUNNING)).order_by("-created_at").first()
    return {"entity": entity, "lines": lines, "counted": counted, "busy": busy, "tab": "use", "total": lines[0].use.total if lines else 0}


@require_safe
def use(request: HttpRequest, kind: str) -> HttpResponse:
    """The fields of one kind and what becomes of them."""
    need(RIGHT)
    return section(request, "kinds", template="kind_use", **_words(kind_of(kind)))


@require_http_methods(["GET", "HEAD", "POST"])
def one_field(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """The dialog of one field: all its uses, and what it is for, which can be written."""
    need(RIGHT)
    entity = kind_of(kind)
    line = next((line for line in _lines(entity) if line.use.fact.name == name), None)
    if line is None:
        raise NotFound(_("There is no such field."))
    if request.method == "POST":
        try:
            layouts.explain_field(kind, name, request.POST.get("purpose", ""))
        except Wrong as refusal:
            return _dialog(request, entity, line, refusal)
        act = note(_("%(kinds)s: what “%(name)s” is for") % {"kinds": entity.labels, "name": line.use.fact.label}, 1)
        answer = render(request, "administration/kind_use_table.jinja", {**_words(kind_of(kind)), "again": True})
        toasts.trigger(answer, closelayer={})
        return toasts.toast(answer, _("Saved."), act.pk)
    if request.headers.get("HX-Request") != "true":
        return redirect("settings.kind.use", kind=kind)
    return _dialog(request, entity, line)


def _dialog(request: HttpRequest, entity: Entity[Any], line: Line, refusal: Wrong | None = None) -> HttpResponse:
    sent = request.POST.get("purpose") if refusal is not None else line.use.purpose
    words = {"entity": entity, "line": line, "sent": sent, "wrong": refusal.fields if refusal is not None else {}}
    return render(request, "administration/field_use.jinja", words, status=422 if refusal is not None else 200)


@require_POST
def count(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Counts anew, in the background; the page reads itself again once that is done."""
    need(RIGHT)
    entity = kind_of(kind)
    if not Task.objects.filter(name=NAME, state__in=(Task.WAITING, Task.RUNNING), args__kind=entity.kind).exists():
        defer(count_fields, kind=entity.kind)
    return render(request, "administration/kind_use_table.jinja", _words(entity))


@require_safe
def unneeded(request: HttpRequest) -> HttpResponse:
    """The fields of all kinds that nobody seems to need, with what would be lost."""
    need(RIGHT)
    found = [(entity, _line(entity, one)) for entity, one in not_needed()]
    return section(request, "kinds", template="fields_unneeded", found=found)
