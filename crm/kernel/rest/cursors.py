"""Cursors as the outside sees them: opaque, safe in an address (no `+`, `/`, `=`), checked on the way in.

The kernel's own cursor is text that may hold times such as `2026-11-22T01:00:00+00:00`; a `+` unescaped by a
careless client would read as a space and lose the place, hence the coat.
"""

import base64
import binascii
import zlib

from django.utils.translation import gettext as _

from crm.kernel.rest.problems import BadRequest

_LONGEST = 4000


def encode(inner: str | None) -> str | None:
    """The cursor to hand out; None when there is no next page."""
    if inner is None:
        return None
    raw = inner.encode()
    return base64.urlsafe_b64encode(zlib.crc32(raw).to_bytes(4, "big") + raw).rstrip(b"=").decode()


def decode(outer: str | None) -> str | None:
    """The kernel's cursor from what a client sent back. Raises `BadRequest` for anything we did not make."""
    if not outer:
        return None
    try:
        if len(outer) > _LONGEST or not outer.isascii():
            raise ValueError
        raw = base64.b64decode(outer + "=" * (-len(outer) % 4), altchars=b"-_", validate=True)
        if zlib.crc32(raw[4:]).to_bytes(4, "big") != raw[:4]:
            raise ValueError
        return raw[4:].decode()
    except (ValueError, binascii.Error):
        raise BadRequest(
            _("This cursor is not one of ours: take it from “next” of the page before, or start without one."),
            fields={"cursor": [_("Unknown cursor.")]},
        ) from None
