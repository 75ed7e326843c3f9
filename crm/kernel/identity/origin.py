"""Where a request comes from."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Origin:
    """The network address, and what the browser calls itself."""

    address: str = ""
    browser: str = ""


def origin_of(request: HttpRequest) -> Origin:
    """The origin of a request. Behind proxies, KITH_PROXIES says how many of them may be trusted to add an address."""
    address = request.META.get("REMOTE_ADDR", "")
    trusted: int = getattr(settings, "KITH_PROXIES", 0)
    if trusted:
        passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        address = passed[-trusted] if len(passed) >= trusted else address
    return Origin(address[:64], request.headers.get("User-Agent", "")[:300])
