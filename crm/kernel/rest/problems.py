"""RFC 9457 answers: every error of the API is one `application/problem+json` object.

Shape: `type` (address of the explanation), `title`, `status`, `detail`, `code` (kebab word for programs),
`fields` (field name -> list of sentences; empty when no field is to blame) and, for conflicts, `values`
(field name -> {"mine", "theirs"}), for records that look the same `candidates`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Refusal, Words

CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: _("The request cannot be read"),
    401: _("Sign-in needed"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Method not allowed"),
    409: _("Conflict"),
    412: _("The record has changed"),
    413: _("Too large"),
    415: _("Unsupported content type"),
    422: _("The values are not acceptable"),
    429: _("Too many requests"),
    500: _("Something went wrong on our side"),
    503: _("Not available right now"),
    507: _("The storage is full"),
}


class BadRequest(Refusal):
    """The request cannot be read."""

    status = 400
    code = "bad-request"
    title = _("The request cannot be read")


class TooLarge(Refusal):
    """The request is larger than this address accepts."""

    status = 413
    code = "too-large"
    title = _("Too large")


class WrongType(Refusal):
    """The content type of the body is not one this address accepts."""

    status = 415
    code = "unsupported-content-type"
    title = _("Unsupported content type")


class Stale(Refusal):
    """The version in If-Match is not the current one."""

    status = 412
    code = "stale-version"
    title = _("The record has changed")

    def __init__(self, message: Words | None = None, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.values = dict(values or {})


class LooksTheSame(Refusal):
    """A record like this is there already. Look at the candidates; send it without “check” if it is another one."""

    status = 409
    code = "looks-like-duplicate"
    title = _("A record like this is there already. Look at the candidates; send it without “check” if it is another one.")

    def __init__(self, candidates: list[dict[str, Any]]) -> None:
        super().__init__(None)
        self.candidates = candidates


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    fields: Mapping[str, Iterable[object]] | None = None,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """One error answer. `fields` maps a field name to the sentences about it, `more` is put beside the rest."""
    body: dict[str, Any] = {
        "type": f"/api/docs#problem-{code}",
        "title": str(TITLES.get(status, "")) or gettext("The request failed"),
        "status": status,
        "detail": detail,
        "code": code,
        "fields": {str(name): [str(text) for text in texts] for name, texts in (fields or {}).items()},
    }
    body.update(more or {})
    return HttpResponse(
        msgspec.json.encode(body, enc_hook=str), status=status, content_type=CONTENT_TYPE, headers=dict(headers or {})
    )


def of_refusal(refusal: Refusal) -> HttpResponse:
    """The answer for a refusal raised anywhere below."""
    headers = {"Retry-After": str(getattr(refusal, "retry_after", 60))} if refusal.status == 429 else None
    return problem(
        refusal.status,
        refusal.code,
        str(refusal.message),
        fields=refusal.fields,
        more={name: getattr(refusal, name) for name in ("values", "candidates") if hasattr(refusal, name)},
        headers=headers,
    )
