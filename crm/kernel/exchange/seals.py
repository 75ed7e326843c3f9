"""Signs what leaves in a workbook, so that it is known when it comes back: each row's record, and what was exported.

A signature holds for one workspace. Nobody can make a row be another record's by writing another id into it.
"""

import base64
import binascii
import json
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from crm.kernel.tenancy.scope import current_workspace_id

_LENGTH = 12


def _signature(about: str, what: str, workspace: UUID | None = None) -> str:
    raw = salted_hmac(f"exchange.{about}", f"{workspace or current_workspace_id()}\0{what}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(raw[:_LENGTH]).decode()


def row_key(kind: str, pk: UUID, version: int) -> str:
    """What stands in the hidden column of a row."""
    what = f"{pk.hex}.{version}"
    return f"{what}.{_signature('row', f'{kind}.{what}')}"


def read_key(kind: str, key: str) -> tuple[UUID, int] | None:
    """(record, version in which it left) of a row; None where the key is none of this workspace and kind."""
    try:
        name, version, signed = key.strip().split(".")
        if not constant_time_compare(signed, _signature("row", f"{kind}.{name}.{version}")):
            return None
        return UUID(hex=name), int(version)
    except ValueError:
        return None


def seal(facts: dict[str, Any], workspace: UUID) -> str:
    """Facts as a signed text, for one workspace."""
    raw = base64.b64encode(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()).decode()
    return f"{raw}.{_signature('about', raw, workspace)}"


def unseal(text: str) -> dict[str, Any] | None:
    """The facts; None where they are not as this workspace has signed them."""
    raw, _dot, signed = text.strip().partition(".")
    if not signed or not constant_time_compare(signed, _signature("about", raw)):
        return None
    try:
        found: dict[str, Any] = json.loads(base64.b64decode(raw, validate=True))
    except (ValueError, binascii.Error):
        return None
    return found
