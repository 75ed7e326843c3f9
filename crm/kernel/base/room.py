"""Whether there is room where the database lies. Without room Kith shows everything and saves nothing.

A database that cannot write its log stops altogether. So Kith stops writing while there is a little room left, and what the
database has to write by itself still fits.
"""

import os
import shutil
from contextlib import suppress

#: Bytes that stay free. More than the launcher's reserve, so that giving that up does not let writers in again.
LEAST = 128 * 2**20
#: The folders where the database of this installation writes; none where it runs elsewhere.
_STORES = [folder for folder in os.environ.get("KITH_STORES", "").split(os.pathsep) if folder]


def is_full() -> bool:
    """Whether less than LEAST is free in one of the database's folders. Asked of the system each time: it takes microseconds."""
    for folder in _STORES:
        with suppress(OSError):
            if shutil.disk_usage(folder).free < LEAST:
                return True
    return False
