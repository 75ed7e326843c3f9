"""Signatures as the specification “Standard Webhooks” has them, so that libraries for it check them."""

import base64
import hmac
from collections.abc import Iterable
from uuid import UUID

AGENT = "Kith-Webhooks/1"


def headers(delivery: UUID, seconds: int, body: bytes, secrets: Iterable[bytes]) -> dict[str, str]:
    """The headers of a call: one signature for each secret that is valid, the newest first."""
    signed = f"{delivery}.{seconds}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": str(delivery),
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
