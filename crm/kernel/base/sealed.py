"""Secrets that Kith has to use again (to sign with, to sign in with elsewhere): kept encrypted under the installation's key.

Whoever reads the database alone, or a backup of it, can do nothing with them.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unsealable(Exception):
    """It was sealed under another key than this installation's, or is damaged."""


def seal(secret: bytes, purpose: str) -> str:
    """The secret as it is stored. `purpose` divides the key, so that what is sealed for one use cannot be opened for another."""
    return _box(purpose).encrypt(secret).decode()


def unseal(kept: str, purpose: str) -> bytes:
    """The secret back. Raises Unsealable."""
    try:
        return _box(purpose).decrypt(kept.encode())
    except InvalidToken:
        raise Unsealable(purpose) from None


def _box(purpose: str) -> Fernet:
    key = HKDF(SHA256(), 32, salt=b"kith.sealed", info=purpose.encode()).derive(settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))
