"""Idempotency-Key: the same key from the same actor gets the same answer for 24 hours.

An answer with a secret that is shown once names what is kept in its place (`kept_body`).
Only good answers are kept (a refused request changed nothing and may be tried again). The row is written in the
transaction of the request itself, so an answer is kept if and only if its work is. Two requests with one key at
the same time meet at an advisory lock of that transaction: the second is told 409, and a killed process leaves
no lock behind.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.rest.body import raw_body, text_fault
from crm.kernel.rest.models import KeptAnswer
from crm.kernel.rest.problems import BadRequest
from crm.kernel.tenancy.scope import current_workspace_id

KEPT = timedelta(hours=24)
LONGEST_KEY = 200
_KEPT_HEADERS = ("Location", "ETag", "Content-Type")


class InFlight(Refusal):
    """A request with this Idempotency-Key is still being worked on."""

    status = 409
    code = "idempotency-in-flight"
    title = gettext_lazy("A request with this Idempotency-Key is still being worked on.")


class KeyReused(Refusal):
    """The same Idempotency-Key came with another request."""

    status = 422
    code = "idempotency-key-reused"
    title = gettext_lazy("This Idempotency-Key was used for another request. Take a new key.")


def once(request: HttpRequest, actor_id: UUID, work: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Runs `work` unless this actor's key has an answer already. Without the header it just runs."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not key.strip() or len(key) > LONGEST_KEY or text_fault(key):
        raise BadRequest(_("An Idempotency-Key is 1 to %(most)s characters long.") % {"most": LONGEST_KEY})
    lock(actor_id, key)
    fingerprint = _fingerprint(request)
    kept = KeptAnswer.objects.filter(actor=actor_id, key=key, created_at__gt=now() - KEPT).first()
    if kept is not None:
        if kept.fingerprint != fingerprint:
            raise KeyReused()
        again = HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
        again["Idempotency-Replayed"] = "true"
        return again
    answer = work()
    if 200 <= answer.status_code < 300 and isinstance(answer, HttpResponse):
        forget(before=now() - KEPT)
        _keep(actor_id, key, fingerprint, answer)
    return answer


def lock(actor_id: UUID, key: str) -> None:
    """Takes the key until the transaction ends; raises `InFlight` when another one has it."""
    name = hashlib.sha256(f"{current_workspace_id()}:{actor_id}:{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(name[:8], "big", signed=True)])
        if not cursor.fetchone()[0]:
            raise InFlight()


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, value in sorted(request.POST.items()):
            digest.update(f"{name}={value}\n".encode())
        for name, upload in sorted(request.FILES.items()):
            if not isinstance(upload, UploadedFile):
                continue
            digest.update(f"{name}:{upload.name}\n".encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    else:
        digest.update(raw_body(request))
    return digest.hexdigest()


def _keep(actor_id: UUID, key: str, fingerprint: str, answer: HttpResponse) -> None:
    KeptAnswer.objects.create(
        actor=actor_id,
        key=key,
        fingerprint=fingerprint,
        status=answer.status_code,
        headers={name: answer[name] for name in _KEPT_HEADERS if name in answer},
        body=getattr(answer, "kept_body", answer.content),
    )


def forget(before: datetime) -> None:
    """Removes the ambient workspace's answers older than `before`, at most 100 a call."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kept_answer WHERE id IN (SELECT id FROM kept_answer WHERE created_at <= %s LIMIT 100)",
            [before],
        )
