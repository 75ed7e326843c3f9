"""Host names: small letters, international names in their ASCII form."""

import re

import idna

_ASCII_HOST = re.compile(r"(?=.{1,253}$)(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!-)[a-z0-9_-]{1,63}(?<!-)")
_EASY_TO_READ = re.compile(r"[a-z0-9.\-\u3400-\u9fff\u3040-\u30ff\uac00-\ud7a3]+")


def host_of(text: str) -> str | None:
    """The host in its normal form, or None where it cannot be one."""
    host = text.strip().rstrip(".").casefold()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii").casefold()
        except (idna.IDNAError, ValueError):
            return None
    return host if _ASCII_HOST.fullmatch(host) else None


def readable_host(host: str) -> str:
    """The host in its own script where nothing in it can be mistaken for another; the ASCII form else."""
    if "xn--" not in host:
        return host
    try:
        shown = idna.decode(host)
    except (idna.IDNAError, ValueError):
        return host
    return shown if _EASY_TO_READ.fullmatch(shown) and host_of(shown) == host else host
