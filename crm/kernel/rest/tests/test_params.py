"""Query parameters: known ones are parsed, unknown ones are named."""

import pytest
from django.http import QueryDict

from crm.kernel.rest.params import CURSOR, DRY_RUN, FIELDS, LIMIT, read_params
from crm.kernel.rest.problems import BadRequest

KNOWN = (LIMIT, CURSOR, FIELDS, DRY_RUN)


def test_known_parameters_are_parsed() -> None:
    found = read_params(QueryDict("limit=7&fields=name, id&dry_run=true"), KNOWN)
    assert found == {"limit": 7, "cursor": None, "fields": ["name", "id"], "dry_run": True}


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ("page=2", "page"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=٣", "limit"),
        ("limit=1&limit=2", "limit"),
        ("dry_run=yes", "dry_run"),
        ("cursor=%00", "cursor"),
    ],
)
def test_what_is_not_understood_is_named(sent: str, named: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read_params(QueryDict(sent), KNOWN)
    assert named in caught.value.fields
