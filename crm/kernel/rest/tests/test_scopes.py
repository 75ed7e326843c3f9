"""What a token's scopes open."""

import pytest

from crm.kernel.rest.scopes import allows


@pytest.mark.parametrize(
    ("scopes", "needed", "kind", "open"),
    [
        (None, "write", "account", True),
        ({"read"}, "read", "account", True),
        ({"read"}, "write", "account", False),
        ({"write"}, "read", "account", True),
        ({"account:read"}, "read", "account", True),
        ({"account:read"}, "read", "contact", False),
        ({"account:read"}, "write", "account", False),
        ({"account:write"}, "write", "account", True),
        ({"account:read"}, "read", "", True),
        ({"account:read"}, "write", "", False),
        (set(), "read", "", False),
    ],
)
def test_scopes(scopes: set[str] | None, needed: str, kind: str, *, open: bool) -> None:
    assert allows(scopes, needed, kind) is open
