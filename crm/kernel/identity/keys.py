"""Secrets that open a workspace: session cookies, API tokens, links in letters.

Each names its workspace, so that it is looked up inside that workspace's scope, and is stored as a SHA-256 only:
whoever reads the database cannot use what is there.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

COOKIE = "kith_session"
_FORM = r"[A-Za-z0-9_-]{43}"
_SESSION = re.compile(rf"([0-9a-f]{{32}})\.({_FORM})")
_TOKEN = re.compile(rf"kith_([0-9a-f]{{32}})_({_FORM})")


@dataclass(frozen=True, slots=True)
class Key:
    """A presented secret: its workspace, the digest under which it is stored, and what kind of key it is."""

    workspace_id: UUID
    digest: str
    is_token: bool = False


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def new_link(workspace_id: UUID) -> str:
    """A fresh secret for a cookie or a link in a letter."""
    return f"{workspace_id.hex}.{secrets.token_urlsafe(32)}"


def new_token(workspace_id: UUID) -> str:
    """A fresh API token."""
    return f"kith_{workspace_id.hex}_{secrets.token_urlsafe(32)}"


def read_link(raw: str | None) -> Key | None:
    """The key in a cookie or in a link's last part; None where the form is not ours."""
    found = _SESSION.fullmatch(raw or "")
    return Key(UUID(found[1]), digest(found[0])) if found else None


def read_token(raw: str | None) -> Key | None:
    found = _TOKEN.fullmatch(raw or "")
    return Key(UUID(found[1]), digest(found[0]), is_token=True) if found else None


def read_authorization(header: str | None) -> Key | None:
    """The API token in an Authorization header."""
    scheme, _, value = (header or "").partition(" ")
    return read_token(value.strip()) if scheme.casefold() == "bearer" else None
