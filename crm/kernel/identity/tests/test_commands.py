import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.kernel.identity.actions import sign_in
from crm.kernel.identity.entrance import who
from crm.kernel.identity.founding import _hooks, on_founded
from crm.kernel.identity.keys import read_token
from crm.kernel.identity.models import User
from crm.kernel.identity.tests.house import House, make_house
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id

pytest_plugins = ["crm.kernel.identity.tests.fixtures"]


def run(name: str, *args: str, **options: object) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue().strip()


def test_found_prints_credentials_that_work_and_only_once(house: House) -> None:
    email = f"first-{house.id.hex}@example.com"
    made = json.loads(run("found", "--another", "--json", "--name", "北光仪器", "--email", email))
    assert made["workspace"].startswith("bei-guang-yi-qi")
    assert sign_in(email, made["password"]).cookie
    assert run("found", "--json") == ""


def test_found_says_what_is_wrong(house: House) -> None:
    with pytest.raises(CommandError, match="name@company.com"):
        run("found", "--another", "--email", "nobody")


def test_token_of_a_person(house: House) -> None:
    actor = who(read_token(run("token", house.admin.email)))
    assert actor is not None and actor.id == house.admin.id and actor.is_admin
    narrow = who(read_token(run("token", house.admin.email, "--scope", "read")))
    assert narrow is not None and narrow.scopes == {"read"}


def test_token_of_the_first_administrator(house: House) -> None:
    actor = who(read_token(run("token", "--workspace", house.workspace.slug)))
    assert actor is not None and actor.id == house.admin.id
    assert who(read_token(run("token"))) is not None


def test_token_explains_what_is_missing(house: House) -> None:
    with pytest.raises(CommandError, match="Nobody active"):
        run("token", "nobody@example.com")
    with pytest.raises(CommandError, match="no workspace"):
        run("token", "--workspace", "nowhere")


def test_parts_add_to_a_new_workspace_inside_its_scope() -> None:
    seen: list[tuple[Workspace, User, object]] = []
    hook = on_founded(lambda workspace, user: seen.append((workspace, user, current_workspace_id())))
    try:
        house = make_house()
    finally:
        _hooks.remove(hook)
    assert seen == [(house.workspace, house.admin, house.id)]


def test_slugs_are_numbered_when_taken() -> None:
    first, second = make_house(), make_house()
    assert first.workspace.slug != second.workspace.slug
