"""The public page of a web form: shown without sign-in, makes leads as Kith, keeps robots and floods out."""

import time
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.kernel.base.clock import now
from crm.kernel.base.errors import TooMany, Wrong
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor, system_actor
from crm.kernel.identity.attempts import Limit, take
from crm.kernel.identity.origin import origin_of
from crm.kernel.pages.inputs import Input, input_of
from crm.kernel.records.writing import create
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import become, current_workspace_id, scope
from crm.sales.models import LeadForm
from crm.sales.models.lead_form import Asked, FormLanguage
from crm.sales.queries.forms import form_of, said, workspace_of

#: Within ten minutes one network address sends so many, and one form takes so many.
LIMIT = Limit("web form", by_email=300, by_address=12)
#: Nobody fills in a form in fewer seconds.
QUICKEST = 3
#: A page may stay open for so long before it has to be sent once more.
LONGEST = 24 * 3600
#: A field that people do not see; what fills it in is a robot.
TRAP = "homepage_2"
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_SALT = "kith web form"


@dataclass(slots=True)
class Visit:
    """One visitor's page: `came` is where they came from, as the first page noted it; `said` what has to be told."""

    request: HttpRequest
    token: str
    language: str = "en"
    came: dict[str, str] = field(default_factory=dict)
    opened: int = 0
    said: str = ""
    errors: dict[str, list[Any]] = field(default_factory=dict)
    status: int = 200
    wait: int | None = None


@never_cache
@csrf_exempt
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know no further arguments
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows the form, POST makes a lead. There is no session that another site could misuse, hence no CSRF token."""
    return _in_its_house(Visit(request, token), _serve)


@never_cache
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know no further arguments
@require_http_methods(["GET", "HEAD"])
def thanks_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET: what is said when the form was sent."""
    return _in_its_house(Visit(request, token), lambda visit, form, actor: _page(visit, form, actor, "thanks"))


def _in_its_house(visit: Visit, answer: Any) -> HttpResponseBase:
    """Answers inside the workspace that the link names, in the visitor's language; a gone form is told so."""
    workspace_id = workspace_of(visit.token)
    if workspace_id is None:
        return _closed(visit.request, 404)
    with scope(workspace_id, system_actor(workspace_id)):
        form = form_of(visit.token)
        if form is None or not in_use(_in_its_house):
            return _closed(visit.request, 404)
        visit.language = _language(visit.request, form)
        actor = _actor(form, visit.language)
        become(actor)
        with translation.override(visit.language):
            made: HttpResponseBase = _page(visit, form, actor, "closed") if form.retired else answer(visit, form, actor)
    made["X-Robots-Tag"] = "noindex"  # the form is found on the company's own pages
    if visit.wait is not None:
        made["Retry-After"] = str(visit.wait)
    return made


def _actor(form: LeadForm, language: str) -> Actor:
    """Kith itself, reading numbers and days as the company does."""
    home = Workspace.objects.get(pk=current_workspace_id())
    made = system_actor(home.pk, f"{form.name} (/f)")
    return replace(made, language=language, time_zone=home.time_zone, currency=home.currency, country=home.country)


def _language(request: HttpRequest, form: LeadForm) -> str:
    """The one that is asked for, else the browser's, else the form's first; only such as the form speaks."""
    spoken = form.languages or [FormLanguage.ENGLISH.value]
    for one in (request.GET.get("lang", ""), request.POST.get("lang", ""), translation.get_language() or ""):
        if one in spoken:
            return str(one)
    return str(spoken[0])


def _serve(visit: Visit, form: LeadForm, actor: Actor) -> HttpResponseBase:
    request = visit.request
    if request.method != "POST":
        visit.came, visit.opened = _came(request), int(time.time())
        return _page(visit, form, actor)
    if request.POST.get(TRAP):
        return _thanked(visit, form)
    try:
        take(LIMIT, visit.token, origin_of(request))
    except TooMany as paused:
        visit.wait, visit.status = getattr(paused, "retry_after", None), paused.status
        visit.said = str(paused.message)
    if not _signed(visit) and not visit.said:
        visit.said = _("This page was open for a long time. Look it over and send it once more.")
    if not visit.said and time.time() - visit.opened < QUICKEST:
        visit.said = _("That was very quick. Look it over and send it once more.")
    if visit.said:
        visit.status = visit.status if visit.status != 200 else 422
        return _page(visit, form, actor)
    return _sent(visit, form, actor)


def _sent(visit: Visit, form: LeadForm, actor: Actor) -> HttpResponseBase:
    try:
        with scope(actor.workspace_id, actor, _("web form “%(form)s”") % {"form": form.name}):
            _make(visit, form)
    except Wrong as refusal:
        visit.errors, visit.status = dict(refusal.fields), refusal.status
        visit.said = _("Some values need another look.")
        return _page(visit, form, actor)
    return _thanked(visit, form)


def _make(visit: Visit, form: LeadForm) -> None:
    """The lead, through the normal write path. Raises Wrong with what a visitor can put right."""
    given, entity = visit.request.POST, registry.kind("lead")
    assert entity is not None
    asks = list(form.asks or ())
    missing: dict[str, list[Any]] = {
        name: [_("%(label)s is needed.") % {"label": Asked(name).label}] for name in form.requires or () if not given.get(name, "").strip()
    }
    consent = said(form, "consent", visit.language)
    if consent and given.get("consent") != "yes":
        missing["consent"] = [_("Tick the box, so that we may answer you.")]
    if not any(given.get(name, "").strip() for name in asks if name in ("mobile", "phone", "email", "wechat")):
        missing.setdefault("reach", [_("Say how we can reach you: one number or address is enough.")])
    values: dict[str, Any] = {name: given.get(name, "") for name in asks if name not in missing}
    values |= {name: text for name, text in visit.came.items() if name in (*_UTM, "referrer")}
    values |= {"source": form.source, "campaign": form.campaign, "form": form.pk, "owner": form.gives_to_id}
    if consent:
        values |= {"consent": consent, "consent_at": now()}
    if missing:
        raise Wrong(fields=missing)
    create(entity, values)


def _thanked(visit: Visit, form: LeadForm) -> HttpResponse:
    """On to the thanks, or to the address on this site that the form names."""
    thanks = f"{reverse('sales.form_thanks', kwargs={'token': visit.token})}?{urlencode({'lang': visit.language})}"
    return HttpResponseRedirect(form.leads_to or thanks, status=303)


def _plain(text: str, longest: int) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:longest].strip()


def _came(request: HttpRequest) -> dict[str, str]:
    """Where the visitor came from: the page before, and the campaign's words in the address."""
    found = {name: _plain(request.GET.get(name, ""), 200) for name in _UTM}
    found["referrer"] = _plain(request.headers.get("Referer", ""), 500)
    return {name: text for name, text in found.items() if text}


def _signed(visit: Visit) -> bool:
    """Reads what the first page noted; False where it was made up or is too old, and the clock begins anew."""
    try:
        kept = signing.loads(visit.request.POST.get("kept", ""), salt=_SALT, max_age=LONGEST)
        visit.came, visit.opened = dict(kept["came"]), int(kept["opened"])
        return bool(kept["token"] == visit.token)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        visit.came, visit.opened = {}, int(time.time()) - QUICKEST
        return False


def _page(visit: Visit, form: LeadForm, actor: Actor, what: str = "form") -> HttpResponse:
    words = {
        "form": form,
        "what": what,
        "heading": said(form, "heading", visit.language) or _("Write to us"),
        "intro": said(form, "intro", visit.language),
        "consent": said(form, "consent", visit.language),
        "thanks": said(form, "thanks", visit.language) or _("Thank you. We will be in touch soon."),
        "inputs": _inputs(visit, form, actor) if what == "form" else [],
        "agreed": visit.request.POST.get("consent") == "yes",
        "said": visit.said,
        "errors": {name: [str(text) for text in texts] for name, texts in visit.errors.items()},
        "kept": signing.dumps({"token": visit.token, "came": visit.came, "opened": visit.opened}, salt=_SALT),
        "trap": TRAP,
        "language": visit.language,
        "languages": [(code, label) for code, label in _spoken(form)],
        "action": reverse("sales.form", kwargs={"token": visit.token}),
    }
    return render(visit.request, "sales/web_form.jinja", words, status=visit.status)


def _spoken(form: LeadForm) -> list[tuple[str, str]]:
    names = {"en": "English", "zh-hans": "简体中文", "zh-hant": "繁體中文"}
    return [(code, names[code]) for code in form.languages or ("en",) if code in names]


def _inputs(visit: Visit, form: LeadForm, actor: Actor) -> list[Input]:
    entity = registry.kind("lead")
    assert entity is not None
    given = visit.request.POST if visit.request.method == "POST" else None
    reading = Reading.of(actor)
    made = []
    for name in form.asks or ():
        asked = copy(entity.fields[name])  # in the words for visitors
        asked.label, asked.help = Asked(name).label, ""
        one = input_of(entity, asked, None, given, visit.errors, reading)
        one.required = name in (form.requires or ())
        made.append(one)
    return made


def _closed(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "sales/web_form.jinja", {"what": "gone", "languages": [], "language": "", "said": ""}, status=status)
