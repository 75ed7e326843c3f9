"""The guide in the product: its contents, its chapters, its pictures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.kernel.base.errors import NotFound
from crm.kernel.pages import guide
from crm.kernel.pages.wording import language_tag
from crm.kernel.tenancy.scope import current_actor

#: The address of a picture changes with what it shows.
_FOR_EVER = "private, max-age=31536000, immutable"


@require_safe
def chapter(request: HttpRequest, key: str = guide.CONTENTS) -> HttpResponse:
    """One chapter in the reader's language, with the way to the one before and the one after."""
    found = guide.chapters(language_tag())
    if key not in found:
        raise NotFound
    keys = list(found)
    at = keys.index(key)
    words = {
        "chapters": list(found.values()),
        "chapter": found[key],
        "body": guide.shown(found[key], current_actor()),
        "before": found[keys[at - 1]] if at else None,
        "after": found[keys[at + 1]] if at + 1 < len(keys) else None,
        "address": guide.address,
        "here": "help",
    }
    return render(request, "pages/help.jinja", words)


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of the guide."""
    found = guide.picture(name)
    if found is None:
        raise NotFound
    return HttpResponse(found.content, content_type="image/webp", headers={"Cache-Control": _FOR_EVER})
