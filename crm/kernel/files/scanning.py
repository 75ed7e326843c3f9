"""Asking ClamAV whether contents carry a virus: the INSTREAM command of its daemon, over a Unix or TCP socket."""

import re
import socket
import struct
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import plain

_CHUNK = 2**17
#: Seconds without a sign of life from the daemon. A large archive takes its time.
PATIENCE = 60.0
CONNECT = 3.0
_FOUND = re.compile(r"^(?:stream|fd\[\d+\]|[^:]*): (?P<name>.+) FOUND$")


class Unreachable(Exception):
    """The daemon cannot be reached, broke off, or answered nothing that is understood: ask again later."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`virus`: its name, "" for none. `too_large`: the daemon takes no stream of this length."""

    virus: str = ""
    too_large: bool = False


def configured() -> bool:
    return bool(settings.KITH_CLAMD)


def scan(contents: IO[bytes]) -> Verdict:
    """What the daemon says of the contents. Raises Unreachable."""
    try:
        with _connected(settings.KITH_CLAMD) as link:
            link.settimeout(PATIENCE)
            return _verdict(_talk(link, contents))
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from None


def refuse_infected(contents: IO[bytes]) -> None:
    """For what is read at once instead of being kept apart until it is checked: raises Wrong where it carries a virus, or nobody
    can say that it carries none."""
    if not configured():
        return
    try:
        said = scan(contents)
    except Unreachable:
        problem = _("The virus check cannot be reached, so this file was not taken in. Try again in a few minutes.")
        raise Wrong(fields={"file": [problem]}) from None
    if said.virus:
        raise Wrong(fields={"file": [_("This file carries a virus (%(name)s) and was not kept.") % {"name": said.virus}]})
    if said.too_large:
        raise Wrong(fields={"file": [_("This file is too large for the virus check. Split it into several files.")]})


def _connected(address: str) -> socket.socket:
    """`unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`."""
    way, _colon, place = address.partition(":")
    if way == "unix":
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(CONNECT)
        try:
            link.connect(place)
        except OSError:
            link.close()
            raise
        return link
    host, _colon, port = place.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT)


def _talk(link: socket.socket, contents: IO[bytes]) -> str:
    """Sends all, and reads the answer. A daemon that has heard enough answers and closes before the end."""
    try:
        link.sendall(b"zINSTREAM\0")
        while chunk := contents.read(_CHUNK):
            link.sendall(struct.pack("!L", len(chunk)) + chunk)
        link.sendall(struct.pack("!L", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # its reason may still be there to be read
    said = b""
    while not said.endswith(b"\0") and len(said) < 4_096:
        more = link.recv(1_024)
        if not more:
            break
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(said: str) -> Verdict:
    if said.endswith(": OK"):
        return Verdict()
    found = _FOUND.match(said)
    if found:
        return Verdict(virus=found["name"][:200])
    if "size limit exceeded" in said:
        return Verdict(too_large=True)
    raise Unreachable(plain(said)[:200])
