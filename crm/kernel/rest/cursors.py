"""Cursors as the outside sees them: opaque, safe in an address (no `+`, `/`, `=`), signed, bound to kind and order.

The kernel's own cursor holds a sort value. A `+00:00` in it, unescaped by a careless client, would read as a space
and lose the place; a value of another order's type would reach the database as nonsense. Hence the coat.
"""

import base64
import binascii

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from crm.kernel.rest.problems import BadRequest

_LONGEST = 4000
_SIGN = 8


def _signature(raw: bytes, about: str) -> bytes:
    signed: bytes = salted_hmac("rest.cursor", about.encode() + b"\0" + raw, algorithm="sha256").digest()
    return signed[:_SIGN]


def encode(inner: str | None, about: str) -> str | None:
    """The cursor to hand out, good only with the same `about` (kind and order); None when there is no next page."""
    if inner is None:
        return None
    raw = inner.encode()
    return base64.urlsafe_b64encode(_signature(raw, about) + raw).rstrip(b"=").decode()


def decode(outer: str | None, about: str) -> str | None:
    """The kernel's cursor from what a client sent back. Raises `BadRequest` for anything we did not make."""
    if not outer:
        return None
    try:
        if len(outer) > _LONGEST or not outer.isascii():
            raise ValueError
        raw = base64.b64decode(outer + "=" * (-len(outer) % 4), altchars=b"-_", validate=True)
        if not constant_time_compare(_signature(raw[_SIGN:], about), raw[:_SIGN]):
            raise ValueError
        return raw[_SIGN:].decode()
    except (ValueError, binascii.Error):
        raise BadRequest(
            _("Take the cursor from “next” of the page before, with the same sort, or start without one."),
            fields={"cursor": [_("Unknown cursor.")]},
        ) from None
