"""The customer's signed address and six-digit code for one change.

Both follow from the installation's key, the row of the one asked and the number of the letter: nobody can make one up, whoever reads the
database has none, and a newer letter ends the older ones.
"""

import base64
import re
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from crm.kernel.approval.models import Approver
from crm.kernel.tenancy.scope import current_workspace_id

_ADDRESS = re.compile(r"([0-9a-f]{32})([0-9a-f]{32})([0-9]{1,4})\.([A-Za-z0-9_-]{43})")
_LINK, _CODE = "kith approval link", "kith approval code"


@dataclass(frozen=True, slots=True)
class Address:
    """What a public address names."""

    workspace_id: UUID
    approver_id: UUID
    serial: int


def url_of(one: Approver) -> str:
    """The whole address of the newest letter."""
    named = _named(one)
    return f"{settings.BASE_URL}/confirm/{named}.{_signature(_LINK, named).decode()}"


def code_of(one: Approver) -> str:
    """The code of the newest letter, six digits."""
    return f"{int.from_bytes(base64.urlsafe_b64decode(_signature(_CODE, _named(one)) + b'=')[:8]) % 1_000_000:06d}"


def right_code(one: Approver, typed: str) -> bool:
    """Whether that is the code; spaces do not count."""
    return one.serial > 0 and constant_time_compare(code_of(one), re.sub(r"[\s-]", "", typed))


def read(token: str) -> Address | None:
    """What an address names; None where it is not signed by this installation."""
    found = _ADDRESS.fullmatch(token)
    if found is None or not constant_time_compare(_signature(_LINK, found[1] + found[2] + found[3]).decode(), found[4]):
        return None
    return Address(UUID(found[1]), UUID(found[2]), int(found[3]))


def _named(one: Approver) -> str:
    return f"{current_workspace_id().hex}{one.pk.hex}{one.serial}"


def _signature(salt: str, named: str) -> bytes:
    return base64.urlsafe_b64encode(salted_hmac(salt, named, algorithm="sha256").digest()).rstrip(b"=")
