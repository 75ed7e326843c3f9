"""Ports and waiting for an address to answer."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str, timeout: float = 5) -> tuple[int, str]:
    """(status, text) of a GET on this machine; (0, reason) when nothing answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as reply:
            return reply.status, reply.read(2000).decode(errors="replace").strip()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(2000).decode(errors="replace").strip()
    except OSError as error:
        return 0, str(getattr(error, "reason", error))


def wait_ready(url: str, seconds: float, alive: Callable[[], bool]) -> tuple[bool, str]:
    """Waits until `url` answers 200; gives up early once `alive()` is false. Second part: the last answer."""
    deadline = time.monotonic() + seconds
    last = "nothing answers"
    while time.monotonic() < deadline and alive():
        status, last = answer(url)
        if status == 200:
            return True, last
        time.sleep(0.1)
    return False, last
