"""Starting a child with limits, and taking no more from it than is wanted."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from crm.kernel.files.reading import limits

#: So many children at once in a process: the pages of a PDF are asked for by a browser six at a time.
_AT_ONCE = threading.BoundedSemaphore(2)


class Unreadable(Exception):
    """The file is damaged, protected, or asks for more than it may."""


def ask(script: Path, words: Sequence[str], seconds: int, most: int) -> bytes:
    """What the child prints, at most `most` bytes. Raises Unreadable where it fails, stalls or prints more."""
    command = [sys.executable, "-I", str(script), str(limits.MEMORY), str(seconds), *words]
    with _AT_ONCE:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        clock = threading.Timer(seconds * 2, child.kill)
        clock.start()
        try:
            assert child.stdout
            said = child.stdout.read(most + 1)
            if len(said) > most or child.wait():
                raise Unreadable
            return said
        finally:
            clock.cancel()
            if child.poll() is None:
                child.kill()
            child.wait()
            assert child.stdout
            child.stdout.close()
