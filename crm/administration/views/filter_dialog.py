"""The dialog in which a filter is chosen that is kept: the rows that lists use and the text form, each following the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.pages import filters


@dataclass(frozen=True, slots=True)
class Dialog:
    """What is asked. `checked(text)` answers the filter in its own wording, or raises Wrong where it cannot be used here; `fits` says
    which fields are offered; `carried` comes back with what is sent."""

    entity: Entity[Any]
    title: str
    url: str
    checked: Callable[[str], str]
    example: str
    help: str = ""
    fits: Callable[[Fact], bool] = lambda _one: True
    carried: Mapping[str, list[str]] = field(default_factory=dict)


def show(request: HttpRequest, asked: Dialog, text: str, problem: str = "", typed: bool = False) -> HttpResponse:
    """The dialog with a filter in its text form."""
    start = filters.for_editor(text)
    words = {
        "asked": asked, "facts": filters.facts(asked.entity, asked.fits), "start": start, "text": text, "problem": problem,
        "flat": _flat(text, start), "typed": typed,
    }  # fmt: skip
    return render(request, "administration/filter_dialog.jinja", words, status=422 if problem else 200)


def sent(request: HttpRequest, asked: Dialog) -> str | HttpResponse:
    """The text form that was agreed to. Else the answer to give: the dialog with what is wrong, or, where `step` says which side was
    changed ("rows", "text"), both sides as they are now: {"text", "start", "flat", "problem"}."""
    step = request.POST.get("step", "")
    typed = (step or request.POST.get("use")) == "text"
    text, problem = request.POST.get("text", "").strip(), ""
    try:
        text = text if typed else filters.from_editor(request.POST.get("result", ""))
        made = asked.checked(text)
    except Wrong as refusal:
        problem = " ".join(str(one) for texts in refusal.fields.values() for one in texts) or str(refusal.message)
    if step:
        start = filters.for_editor(text)
        return JsonResponse({"text": text, "start": start, "flat": _flat(text, start), "problem": problem})
    return show(request, asked, text, problem, typed) if problem else made


def _flat(text: str, start: Mapping[str, Any]) -> bool:
    """Whether rows can show it."""
    return not text or bool(start["rows"])
