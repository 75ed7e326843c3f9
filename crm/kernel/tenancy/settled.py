"""What stands around every page and changes seldom: kept in the process while the workspace's versions stay the same.

Who changes kinds, rights or saved views bumps a version in the same transaction (`bump_schema`, `bump_permissions`, `bump_looks`),
and each transaction reads the versions when it opens: so the next request of every process works it out anew. A transaction that
bumped one keeps what it works out to itself, for it may yet be undone.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import connection

from crm.kernel.base.recent import Recent
from crm.kernel.tenancy.scope import current_workspace_id, once, versions

T = TypeVar("T")

_KEPT: Recent[Hashable, tuple[Any]] = Recent(5_000)


def settled(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` answers, worked out once for the versions of the ambient workspace. `key` says whose it is, where it is one
    person's. The answer is shared between requests: nobody may change it."""
    all_versions = (*versions(), connection.kith_looks)  # type: ignore[attr-defined]
    if min(all_versions) <= 0:
        return once(key, make)
    whole = (current_workspace_id(), all_versions, key)
    found = _KEPT.get(whole)
    if found is None:
        found = (make(),)
        _KEPT.put(whole, found)
    answer: T = found[0]
    return answer
