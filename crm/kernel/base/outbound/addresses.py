"""Which addresses Kith may call: read from their text, and decided again on the very IP that is connected to."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import idna
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Refusal

Ip = IPv4Address | IPv6Address
Net = IPv4Network | IPv6Network

LONGEST = 2000
#: Ports below 8000 that speak HTTP; the others are those of mail, databases and the like.
WEB_PORTS = (80, 443)
HIGH_PORTS = 8000
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f\\]")
#: Beside what Python knows as private, loopback, link-local, multicast or reserved.
_CLOSED: tuple[Net, ...] = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
        "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


class Forbidden(Refusal):
    """The address leads where Kith does not go."""

    code = "address-forbidden"
    title = _("Kith does not call this address.")


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was read: `host` in ASCII and lower case, `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def read_target(text: str) -> Target:
    """The target that an address names. Raises Forbidden with what is right for what Kith would never call."""
    if len(text) > LONGEST or _SPACE.search(text):
        raise Forbidden(_("Write an address such as https://example.com/hook, without spaces."))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden(_("Write an address such as https://example.com/hook, without spaces.")) from None
    if parts.scheme not in ("http", "https") or not host:
        raise Forbidden(_("Write an address such as https://example.com/hook, without spaces."))
    if "@" in parts.netloc:
        raise Forbidden(_("Leave user name and password out of the address."))
    host = _host(host)
    if parts.scheme == "http" and not named(host):
        raise Forbidden(_("The address begins with https://, so that nobody can read on the way."))
    port = port or (443 if parts.scheme == "https" else 80)
    _check_port(host, port)
    found = _literal(host)
    if found is not None:
        check_ip(host, found)
    path = parts.path or "/"
    return Target(parts.scheme, host, port, _ascii(f"{path}?{parts.query}" if parts.query else path))


def check_ip(host: str, ip: Ip) -> None:
    """Raises Forbidden unless the IP is one of the open internet, or the installation names it or the host."""
    if open_to_all(ip) or named(host, ip):
        return
    raise Forbidden(_("This address leads into a private network. Whoever runs Kith can allow it (KITH_OUTBOUND_ALLOW)."))


def open_to_all(ip: Ip) -> bool:
    """Whether the IP is one that anybody on the internet can reach, by itself and not as a wrapping of another one."""
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local:
        return False
    return not any(ip.version == net.version and ip in net for net in _CLOSED)


def named(host: str, ip: Ip | None = None) -> bool:
    """Whether the installation allows this host, or the network in which the IP lies (of a host that is an IP: its own)."""
    hosts, nets = _allowed(settings.KITH_OUTBOUND_ALLOW)
    found = ip if ip is not None else _literal(host)
    return host in hosts or found is not None and any(found.version == net.version and found in net for net in nets)


def _check_port(host: str, port: int) -> None:
    if port not in WEB_PORTS and port < HIGH_PORTS and not named(host):
        raise Forbidden(_("The port is 443, 80, or 8000 and above."))


def _host(host: str) -> str:
    """The host as it is resolved. What looks like a number but is no plain IP (0x7f.1, 127.1) is refused: resolvers differ."""
    host = host.rstrip(".").lower()
    if _literal(host) is not None:
        return host
    try:
        plain = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        plain = ""
    labels = plain.split(".")
    if not plain or len(plain) > 253 or not all(_LABEL.fullmatch(one) for one in labels) or re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        raise Forbidden(_("There is no such host name."))
    return plain


def _literal(host: str) -> Ip | None:
    if "%" in host:
        raise Forbidden(_("There is no such host name."))
    try:
        return ip_address(host)
    except ValueError:
        return None


def _ascii(path: str) -> str:
    return "".join(sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode(errors="replace")) for sign in path)


def _allowed(text: str) -> tuple[set[str], list[Net]]:
    """Hosts and networks of the setting: "hooks.internal, 10.1.0.0/16"."""
    hosts: set[str] = set()
    nets: list[Net] = []
    for one in text.replace(",", " ").split():
        try:
            nets.append(ip_network(one, strict=False))
        except ValueError:
            hosts.add(one.lower())
    return hosts, nets
