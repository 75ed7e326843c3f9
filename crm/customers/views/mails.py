"""Taking mails in from a record page, and making a stranger of a mail a contact."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.customers import letters
from crm.customers.mails import matching
from crm.customers.mails.taking import add_contact, mail_of, strangers, take_in
from crm.kernel.base.errors import NotFound, Refusal, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.toasts import later, toast
from crm.kernel.records.reading import fetch, fetch_any
from crm.kernel.records.undo import note

MOST_AT_ONCE = 20


@require_POST
def take(request: HttpRequest, record: UUID) -> HttpResponse:
    """POST file, one or several mails: each becomes an activity; one that is here already is said and opened."""
    entity, about = fetch_any(record)
    files = request.FILES.getlist("file")[:MOST_AT_ONCE]
    if not files:
        raise Wrong(_("Choose a file first."))
    if any((file.size or 0) > letters.MOST for file in files):
        take_in(about.pk, b" " * (letters.MOST + 1))
    taken = [take_in(about.pk, file.read()) for file in files]
    fresh = [one for one in taken if not one.known]
    activities = registry.kind("activity")
    assert activities is not None
    first = record_url(activities, taken[0].activity.pk)
    if not fresh:
        answer = HttpResponse(status=204)
        toast(answer, _("This mail is here already: %(subject)s") % {"subject": taken[0].activity.subject}, link=first)
        return answer
    said = _("Taken in: %(subject)s") % {"subject": fresh[0].activity.subject}
    if len(fresh) > 1:
        said = ngettext("%(num)s mail was taken in", "%(num)s mails were taken in", len(fresh)) % {"num": len(fresh)}
    back = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    answer = back if request.headers.get("HX-Request") else HttpResponseRedirect(record_url(entity, about.pk))
    later(answer, said, note(said, len(fresh)).pk)
    return answer


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A dialog that offers the stranger `address` of a mail as a new contact, with what the mail tells of him."""
    entity = registry.kind("activity")
    assert entity is not None
    activity = fetch(entity, pk)
    given = request.POST if request.method == "POST" else request.GET
    address = given.get("address", "")
    found = next((one for one in strangers(activity) if one[1] == address), None)
    mail = mail_of(activity.pk)
    if found is None or mail is None:
        raise NotFound(_("This person is known already."))
    words = {"activity": activity, "address": address, "refusal": None}
    if request.method == "POST":
        words |= {"name": given.get("name", ""), "company": given.get("company", "")}
        try:
            made = add_contact(activity, str(words["name"]), address, str(words["company"]))
        except Refusal as refusal:
            return render(request, "customers/mail_person.jinja", words | {"refusal": refusal}, status=refusal.status)
        said = _("%(name)s is a contact now.") % {"name": made.name}
        answer = HttpResponse(status=204, headers={"HX-Refresh": "true"})
        later(answer, said, note(said, 1).pk)
        return answer
    text = (activity.body or "") if address == mail.sender_address else ""
    guess = matching.guess(found[0], address, text)
    return render(request, "customers/mail_person.jinja", words | {"name": guess.name, "company": guess.company, "known": guess.account})
