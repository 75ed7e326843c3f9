"""New ids for a workspace that is already on the installation.

An id is version 7: 64 bits of time and order, then 62 random bits. The same number, drawn from the new workspace's id, is added to the
random bits of every id. So rows keep their order, the same id becomes the same wherever it stands, nothing has to be remembered, and
no two ids fall together.
"""

import hashlib
from typing import Any
from uuid import UUID

_RANDOM = (1 << 62) - 1


class Ids:
    """Old ids to new ones; without `fresh` they stay."""

    def __init__(self, old: UUID, new: UUID) -> None:
        self.fresh = old != new
        self._step = int.from_bytes(hashlib.sha256(b"kith archive" + new.bytes).digest()[:6], "big") | 1
        self.old, self.new = str(old), str(new)

    def of(self, raw: str) -> str:
        """The new id for an old one, with or without hyphens as that one was. Raises ValueError for what is no id."""
        if not self.fresh:
            return raw
        plain = raw.replace("-", "")
        if len(plain) != 32:
            raise ValueError(raw)
        if plain == self.old.replace("-", ""):
            found = self.new.replace("-", "")
        else:
            number = int(plain, 16)
            found = f"{number & ~_RANDOM | (number & _RANDOM) + self._step & _RANDOM:032x}"
        return found if "-" not in raw else f"{found[:8]}-{found[8:12]}-{found[12:16]}-{found[16:20]}-{found[20:]}"

    def of_any(self, value: Any) -> Any:
        """The same for what a column holds: an id, a list of them, or nothing."""
        if value is None:
            return None
        return [self.of_any(one) for one in value] if isinstance(value, list) else self.of(str(value))

    def __call__(self, raw: UUID) -> UUID:
        return UUID(self.of(str(raw)))
