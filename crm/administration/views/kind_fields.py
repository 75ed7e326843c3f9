"""The fields of a kind: the table, the palette of types, the form of one field, its order, retiring and bringing back."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.administration.views import field_types
from crm.administration.views.kind_words import called, field_lines, languages, names_in
from crm.administration.views.kinds import HOME, RIGHT
from crm.administration.views.page import need, section
from crm.kernel.access.policy import visible
from crm.kernel.base.errors import NotFound, Refusal, Wrong
from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.entity.custom.checking import COMPARED, TELLING, code_of
from crm.kernel.entity.custom.formula import FUNCTIONS, Formula
from crm.kernel.entity.custom.types import TYPES
from crm.kernel.entity.custom.worked import Plan, Worked, calculable
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.models import CustomField, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.pages import toasts
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.undo import note
from crm.kernel.tenancy.scope import current_actor

#: Types whose fields can be unique, as `checking.facts_of` has it, and those that searching can be asked of.
UNIQUE = ("text", "email", "phone", "url", "tax_id", "integer")
SEARCHED = ("text", "long_text", "email", "phone", "url", "handle", "tax_id")
#: Types that nobody types a value into, or that may stay empty by their nature.
NEVER_NEEDED = ("computed", "address", "links", "yes_no")
#: Records that are looked through for one by which a formula can be shown.
_EXAMPLES = 20


def _words(entity: Entity[Any]) -> dict[str, Any]:
    own, brought, retired = field_lines(entity)
    offers = {one.type: one for _label, group in field_types.offers() for one in group}
    gone = [(one, called(one), offers[one.type]) for one in retired if one.type in offers]
    return {"entity": entity, "own": own, "brought": brought, "retired": gone, "tab": "fields"}


@require_safe
def fields(request: HttpRequest, kind: str) -> HttpResponse:
    need(RIGHT)
    return section(request, "kinds", template="kind_fields", **_words(kind_of(kind)))


def _changed(request: HttpRequest, kind: str, text: str, act: ChangeSet) -> HttpResponseBase:
    """The table anew, in its place; an open dialog closes."""
    answer = render(request, "administration/kind_fields_table.jinja", {**_words(kind_of(kind)), "again": True})
    toasts.trigger(answer, closelayer={})
    return toasts.toast(answer, text, act.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The palette of types; with `type` the form of a new field of it; and making it."""
    need(RIGHT)
    entity = kind_of(kind)
    type_ = request.POST.get("type") or request.GET.get("type") or ""
    if request.method == "POST":
        try:
            made = actions.make_field(kind, _given(request.POST, type_, None) | {"type": type_})
        except Wrong as refusal:
            return _form(request, entity, type_, None, refusal) if type_ in TYPES else _palette(request, entity)
        text = _("The field “%(name)s” is there.") % {"name": called(made)}
        return _changed(request, kind, text, note(text, 1))
    if request.headers.get("HX-Request") != "true":
        return redirect(f"{HOME}/{kind}")
    return _form(request, entity, type_, None) if type_ in TYPES else _palette(request, entity)


def _palette(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    return render(request, "administration/field_types.jinja", {"entity": entity, "groups": list(field_types.offers())})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """One field: all of it where the workspace made it, else its name."""
    need(RIGHT)
    entity = kind_of(kind)
    one = CustomField.objects.filter(kind=kind, name=name).first()
    if one is None and (name not in entity.fields or entity.fields[name].part_of):
        raise NotFound(_("There is no such field."))
    if request.method == "POST":
        label = called(one) if one is not None else str(entity.fields[name].label)
        try:
            if one is not None:
                one = actions.change_field(kind, name, _given(request.POST, one.type, one))
            else:
                _rename(request.POST, entity, name)
        except Wrong as refusal:
            return _form(request, entity, one.type, one, refusal) if one is not None else _name(request, entity, name, refusal)
        label = _("%(kinds)s: field “%(name)s” changed") % {"kinds": kind_of(kind).labels, "name": label}
        return _changed(request, kind, _("The field is saved."), note(label, 1))
    if request.headers.get("HX-Request") != "true":
        return redirect(f"{HOME}/{kind}")
    return _form(request, entity, one.type, one) if one is not None else _name(request, entity, name)


def _rename(sent: QueryDict, entity: Entity[Any], name: str) -> None:
    held = layouts.stored(entity.kind).facts
    helps = names_in(sent, "help", (held.get("helps") or {}).get(name))
    before = (held.get("choices") or {}).get(name) or {}
    values = [value for value, _label in _choices(entity.fields[name])]
    choices = {value: names_in(sent, f"choice:{value}", before.get(value)) for value in values}
    layouts.name_field(entity.kind, name, names_in(sent, "label", _names_of(entity, name)), helps, choices if choices else None)


def _choices(field: Fact) -> list[tuple[str, Any]]:
    """What can be chosen and be called otherwise; the countries of the world keep their names."""
    return [(str(value), label) for value, label in field.choices_list] if field.type in ("choice", "multi_choice") else []


def _names_of(entity: Entity[Any], name: str) -> dict[str, str]:
    """What the workspace calls a field that Kith brings."""
    row = layouts.stored(entity.kind)
    found = row.labels.get(name) if isinstance(row, KindSetting) else row.facts.get("title_labels") if name == entity.title else None
    return dict(found or {})


def _name(request: HttpRequest, entity: Entity[Any], name: str, refusal: Wrong | None = None) -> HttpResponse:
    came = registry.shipped.by_kind.get(entity.kind)
    field = came.fields[name] if came is not None and name in came.fields else entity.fields[name]
    held = layouts.stored(entity.kind).facts
    told = (held.get("choices") or {}).get(name) or {}
    choices = [(value, layouts.in_languages(label), told.get(value) or {}) for value, label in _choices(field)]
    words = {
        "entity": entity, "name": name, "field": entity.fields[name], "names": _names_of(entity, name), "sent": request.POST,
        "shipped": layouts.in_languages(field.label), "helps": (held.get("helps") or {}).get(name) or {}, "choices": choices,
        "helped": layouts.in_languages(field.help), "languages": languages(), "wrong": refusal.fields if refusal else {},
        "may": isinstance(layouts.stored(entity.kind), KindSetting) or name == entity.title,
    }  # fmt: skip
    return render(request, "administration/field_name.jinja", words, status=422 if refusal else 200)


def _given(sent: QueryDict, type_: str, one: CustomField | None) -> dict[str, Any]:
    """What the form of a field says, as the actions take it."""
    labels, helps = (one.labels, one.helps) if one is not None else ({}, {})
    given: dict[str, Any] = {"label": names_in(sent, "label", labels), "help": names_in(sent, "help", helps)}
    given |= {name: name in sent for name in ("required", "unique", "search", "alike")}
    if one is None:
        given["name"] = sent.get("code", "")
    asks = TYPES[type_].asks if type_ in TYPES else ()
    given |= {name: sent.get(name, "") for name in asks if name != "options" and name in sent}
    if "options" in asks:
        given["options"] = _options(sent, one)
        first = given["options"][0]["value"] if given["options"] else None
        before = one.facts.get("default") if one is not None else None
        kept = before if before in {option["value"] for option in given["options"][1:]} else None
        given["default"] = first if "first" in sent else kept
    return given


def _options(sent: QueryDict, one: CustomField | None) -> list[dict[str, Any]]:
    """The rows of the options' table; a row without a name is none."""
    before = {option["value"]: option.get("labels") or {} for option in (one.facts.get("options") or () if one is not None else ())}
    columns = {code: sent.getlist(f"option.{code}") for code, _name in languages()}
    found = []
    for at, value in enumerate(sent.getlist("option")):
        typed = {code: texts[at].strip() for code, texts in columns.items() if at < len(texts)}
        labels = {code: text for code, text in before.get(value, {}).items() if code not in typed} | {k: v for k, v in typed.items() if v}
        if any(typed.values()):
            found.append({"value": value or code_of(labels), "labels": labels})
    return found


def _form(request: HttpRequest, entity: Entity[Any], type_: str, one: CustomField | None, refusal: Refusal | None = None) -> HttpResponse:
    sent = request.POST
    held: Mapping[str, Any] = _given(sent, type_, one) if refusal is not None else dict(one.facts) if one is not None else {}
    labels, helps = (one.labels, one.helps) if one is not None else ({}, {})
    texts = {"label": held["label"], "help": held["help"]} if refusal is not None else {"label": labels, "help": helps}
    options = held.get("options") or []
    words = {
        "entity": entity, "type": type_, "offer": field_types.offer(type_), "asks": TYPES[type_].asks, "one": one, "held": held,
        "texts": texts, "options": options, "languages": languages(), "wrong": refusal.fields if refusal is not None else {},
        "code": sent.get("code", ""), "first": bool(options) and held.get("default") == options[0]["value"],
        "may": _may(entity, type_),
        "targets": _targets(type_) if "target" in TYPES[type_].asks else [],
        "usable": [field for field in entity.fields.values() if _computes(field)] if type_ == "computed" else [], "functions": FUNCTIONS,
    }  # fmt: skip
    return render(request, "administration/field_form.jinja", words, status=422 if refusal is not None else 200)


def _may(entity: Entity[Any], type_: str) -> dict[str, bool]:
    """What can be asked of a field of this type. Some types are compared anyway in kinds of one's own."""
    return {
        "unique": type_ in UNIQUE, "search": type_ in SEARCHED, "required": type_ not in NEVER_NEEDED,
        "alike": type_ in COMPARED and not (entity.own and type_ in TELLING),
    }  # fmt: skip


def _computes(one: Any) -> bool:
    return calculable(one) and not isinstance(one, Link) and one.type not in ("address", "long_text", "tags") and not one.part_of


def _targets(type_: str) -> list[tuple[str, Any]]:
    people = [("person", _("A colleague")), ("team", _("A team"))] if type_ == "link" else []
    kinds = sorted(registry.all(), key=lambda one: (not one.own, one.menu is None, one.menu_order))
    return [(one.kind, one.label) for one in kinds] + people


@require_POST
def check(request: HttpRequest, kind: str) -> HttpResponse:
    """What a formula that is being written comes to: the result for a record with its inputs, or what is wrong."""
    need(RIGHT)
    entity = kind_of(kind)
    words: dict[str, Any] = {"problem": "", "entity": entity}
    try:
        formula = Formula(request.POST.get("formula", ""))
        unknown = [name for name in formula.inputs if name not in entity.fields or not calculable(entity.fields[name])]
        if unknown:
            words["problem"] = _("There is no field %(names)s to calculate with.") % {"names": ", ".join(f"“{name}”" for name in unknown)}
        else:
            words |= _example(entity, formula)
    except Wrong as refusal:
        words["problem"] = " ".join(str(text) for texts in refusal.fields.values() for text in texts)
    return render(request, "administration/formula.jinja", words)


def _example(entity: Entity[Any], formula: Formula) -> dict[str, Any]:
    """The newest record for which there is a result, else the newest."""
    worked = Worked(_("Result"), Plan(formula))
    worked.bind(entity.fields)
    reading = Reading.of(current_actor())
    records = list(visible(entity).order_by("-created_at")[:_EXAMPLES])
    results = ((one, formula.worked_out({name: field.value(one) for name, field in worked.inputs.items()})) for one in records)
    chosen, result = next((found for found in results if found[1] is not None), (records[0] if records else None, None))
    if chosen is None:
        return {"record": None}
    return {"record": entity.name_of(chosen), "inputs": worked.shown_inputs(chosen, reading), "result": worked.display(result, reading)}


@require_POST
def order(request: HttpRequest, kind: str) -> HttpResponseBase:
    """POST order: the names of the kind's own fields, one for each, as they shall stand."""
    need(RIGHT)
    entity = kind_of(kind)
    layouts.order_fields(kind, request.POST.getlist("order"))
    act = note(_("%(kinds)s: order of fields") % {"kinds": entity.labels}, 1)
    return toasts.toast(HttpResponse(status=204), _("Order saved."), act.pk)


@require_POST
def retire(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    need(RIGHT)
    one = actions.retire_field(kind, name)
    text = _("“%(name)s” is retired. Its values stay; bring it back any time.") % {"name": called(one)}
    return _changed(request, kind, text, note(text, 1))


@require_POST
def back(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    need(RIGHT)
    one = actions.retire_field(kind, name, back=True)
    text = _("“%(name)s” is in use again, with all its values.") % {"name": called(one)}
    return _changed(request, kind, text, note(text, 1))
