"""Who looks after somebody's own records during an absence: one's own page, and that of a person."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views import days
from crm.administration.views.own import the_person_id
from crm.administration.views.page import done, need, section
from crm.administration.views.people import user_page
from crm.kernel.access import delegating
from crm.kernel.access.models import Delegation
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotFound, Refusal, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.identity.models import User
from crm.kernel.tenancy.scope import current_actor


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponseBase:
    """One's own absences and those in which one stands in; the form names somebody."""
    me, refusal = the_person_id(), None
    if request.method == "POST":
        try:
            made = _agree(request, me)
            return done("/settings/absence", _("%(name)s looks after what you own.") % {"name": made.delegate.name})
        except Refusal as refused:
            refusal = refused
    return section(request, "absence", absences=delegating.absences(me), me=me, now=now(), second=days.SECOND, refusal=refusal)


@require_POST
def of_person(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    """The same for somebody else, by an administrator."""
    need("administration.users")
    try:
        if User.objects.filter(pk=user_id, is_active=False).exists():
            raise Conflict(_("A deactivated person is not absent. Let them sign in again first."))
        made = _agree(request, user_id)
    except NotFound:
        raise
    except Refusal as refused:
        return user_page(request, user_id, refusal=refused)
    return done(f"/settings/users/{user_id}", _("%(name)s looks after what %(absent)s owns.") % _names(made))


@require_POST
def recall(request: HttpRequest, delegation_id: UUID) -> HttpResponseBase:
    """Takes an absence back, from one's own page or from that of a person."""
    found = delegating.recall(delegation_id)
    of = as_uuid(request.POST.get("of", ""))
    back = f"/settings/users/{of}" if of and of != current_actor().id else "/settings/absence"
    return done(back, _("%(name)s no longer looks after what %(absent)s owns.") % _names(found))


def _names(one: Delegation) -> dict[str, str]:
    return {"name": one.delegate.name, "absent": one.absent.name}


def _agree(request: HttpRequest, absent: UUID) -> Delegation:
    since, until, whom = days.first(request.POST, "since"), days.end(request.POST, "until"), as_uuid(request.POST.get("delegate", ""))
    missing = {"since": since, "until": until, "delegate": whom}
    if whom is None or since is None or until is None:
        said = {"delegate": _("Choose a person from the list.")}
        raise Wrong(fields={name: [said.get(name, _("Give a day, such as 2026-11-24."))] for name, one in missing.items() if one is None})
    return delegating.delegate(absent, whom, since, until)
