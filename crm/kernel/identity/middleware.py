"""The edge between a request and a workspace's transaction.

One transaction goes around the view *and* its rendering. It is rolled back on an exception, a `Refusal`, any answer of
500 and above, and on 400 and above where the request meant to write. Streams run outside: they open a scope per batch.
"""

import zoneinfo
from collections.abc import Callable
from urllib.parse import unquote, urlencode, urlsplit

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import NotAllowed, NotFound, Refusal
from crm.kernel.base.text import searchable
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.entrance import admit, expected
from crm.kernel.identity.keys import COOKIE, Key, read_authorization, read_link
from crm.kernel.identity.models.keys import SESSION_IDLE
from crm.kernel.identity.refusals import NotSignedIn, answer, is_api, noted
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import scope

#: The field of a form that says why.
WHY = "_why"
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
PUBLIC_PAGES = ("/sign-in", "/invite", "/reset", "/language", "/f", "/calendar", "/get", "/archive", "/confirm")
NOWHERE = _("There is nothing at this address, or it is not shared with you.")
PUBLIC_FILES = ("/static/", "/favicon.ico", "/robots.txt", "/healthz", "/readyz")


class Edge:
    """Finds out who asks, opens the scope, and decides whether what was done is kept. Sets `request.actor`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None  # type: ignore[attr-defined]
        if request.path.startswith(PUBLIC_FILES):
            return self.get_response(request)
        if _is_public(request.path):
            return self._settled(request, self.get_response(request))
        key = _key(request)
        if key is None:
            return _turned_away(request)
        with scope(key.workspace_id, expected(key), reason_of(request)):
            actor = admit(key)
            response = self._serve(request, actor) if actor is not None else None
            if response is None or not _keeps(request, response):
                transaction.set_rollback(True)
        if actor is None or response is None:
            return _turned_away(request, key)
        return self._with_actor(request, response, actor, key)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_given: object) -> HttpResponse | None:
        """Pages of a part that the workspace does not use are not there."""
        return None if in_use(view) else noted(NotFound(NOWHERE))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Notes a refusal; it is put into words after its transaction was rolled back."""
        if isinstance(exception, Http404):
            exception = NotFound(NOWHERE)
        if not isinstance(exception, Refusal):
            return None
        return noted(exception)

    def _serve(self, request: HttpRequest, actor: Actor) -> HttpResponseBase:
        request.actor = actor  # type: ignore[attr-defined]
        if actor.scopes is not None and request.method not in SAFE and not request.path.startswith("/api/"):
            return noted(NotAllowed(_("A limited token writes through the API only.")))
        with translation.override(actor.language), timezone.override(_zone(actor)):
            response = self.get_response(request)
        return noted(NotFound(NOWHERE)) if response.status_code == 404 and request.resolver_match is None else response

    def _with_actor(
        self, request: HttpRequest, response: HttpResponseBase, actor: Actor, key: Key
    ) -> HttpResponseBase:
        if hasattr(response, "refusal"):
            with translation.override(actor.language), timezone.override(_zone(actor)), scope(key.workspace_id, actor):
                response = self._settled(request, response)
        if not key.is_token:
            _renew_cookie(request, response)
        response.headers["Content-Language"] = actor.language
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def _settled(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        refusal: Refusal | None = getattr(response, "refusal", None)
        return response if refusal is None else answer(request, refusal)


def reason_of(request: HttpRequest) -> str:
    """Why somebody does what they do, in their own words, for the audit log: the header X-Reason (percent-encoded UTF-8) or, with a
    form of the settings, its field `_why`. At most 200 characters are kept."""
    if request.method in SAFE:
        return ""
    said = unquote(request.headers.get("X-Reason", ""))
    if not said and request.content_type == "application/x-www-form-urlencoded":
        said = request.POST.get(WHY, "")
    return searchable(said)[:200]


def set_session_cookie(request: HttpRequest, response: HttpResponseBase, secret: str) -> None:
    """The session's cookie: not readable by scripts, not sent by other sites' forms."""
    response.set_cookie(
        COOKIE, secret, max_age=int(SESSION_IDLE.total_seconds()), httponly=True, samesite="Lax",
        secure=request.is_secure(), path="/",
    )


def _is_public(path: str) -> bool:
    return any(path == page or path.startswith(f"{page}/") for page in PUBLIC_PAGES)


def _key(request: HttpRequest) -> Key | None:
    """The presented key. A token wins over a cookie and needs no CSRF token: no browser sends it by itself."""
    header = request.headers.get("Authorization")
    if header is not None and header[:7].casefold() == "bearer ":
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return read_authorization(header)
    return read_link(request.COOKIES.get(COOKIE))


def _keeps(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether what the view wrote is committed."""
    if response.status_code >= 500 or hasattr(response, "refusal"):
        return False
    return request.method in SAFE or response.status_code < 400


def _zone(actor: Actor) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(actor.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def _renew_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Keeps the browser's copy alive as long as the session: on whole pages only. Sign-out's own answer stands."""
    secret = request.COOKIES.get(COOKIE)
    whole_page = request.method == "GET" and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if secret and whole_page and COOKIE not in response.cookies:
        set_session_cookie(request, response, secret)


def _turned_away(request: HttpRequest, key: Key | None = None) -> HttpResponse:
    """To the sign-in page and back afterwards; programs get 401."""
    if is_api(request):
        return answer(request, NotSignedIn())
    if "Authorization" in request.headers:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="Kith"'})
    fragment = request.headers.get("HX-Request") == "true"
    target = _sign_in_address(request, fragment)
    status, header = (401, "HX-Redirect") if fragment else (302, "Location")
    response = HttpResponse(status=status, headers={header: target})
    if key is not None:
        response.delete_cookie(COOKIE, path="/", samesite="Lax")
    return response


def _sign_in_address(request: HttpRequest, fragment: bool) -> str:
    """The sign-in page, which leads back to the page that was open."""
    there = request.get_full_path() if request.method in SAFE else ""
    if fragment:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        there = f"{page.path}?{page.query}" if page.query else page.path
    return "/sign-in" if there in ("", "/") else f"/sign-in?{urlencode({'next': there})}"
