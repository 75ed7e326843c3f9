"""What is kept between requests is worked out anew after a change, and what was undone is never kept."""

from django.db import transaction

from crm.kernel.tenancy.scope import bump_looks, bump_permissions, bump_schema
from crm.kernel.tenancy.settled import settled
from crm.kernel.testing.cast import Company


def test_it_is_worked_out_once_until_a_version_is_bumped(north: Company, south: Company) -> None:
    made: list[str] = []

    def make() -> int:
        made.append("made")
        return len(made)

    def ask(company: Company) -> int:
        with company.as_kith():
            return settled("a test", make)

    assert [ask(north), ask(north)] == [1, 1]
    assert ask(south) == 2, "another company's is its own"
    for at, bump in enumerate((bump_looks, bump_permissions, bump_schema)):
        with north.as_kith():
            bump()
            assert [settled("a test", make), settled("a test", make)] == [3 + 2 * at] * 2, "its own while it is open"
        assert [ask(north), ask(north)] == [4 + 2 * at] * 2
    assert ask(south) == 2


def test_what_a_transaction_saw_that_was_undone_is_not_kept(north: Company) -> None:
    def ask(now: str) -> str:
        return settled("undone", lambda: now)

    with north.as_kith():
        assert ask("before") == "before"
    with north.as_kith():
        bump_looks()
        assert ask("never") == "never"
        transaction.set_rollback(True)
    with north.as_kith():
        assert ask("after") == "before", "nothing was changed in the end"


def test_the_page_that_is_open_is_marked_in_the_menu(north: Company) -> None:
    client = north.browser("ada")
    for path, key in (("/accounts/", "accounts"), ("/contacts/", "contacts"), ("/accounts/", "accounts")):
        shown = client.get(path).content.decode()
        assert shown.count('aria-current="page"') >= 1
        assert f'data-nav="{key}" aria-current="page"' in shown
        assert f'data-create-default data-new="{key}"' in shown and shown.count("data-create-default") == 1
    shown = client.get("/help/").content.decode()
    assert 'data-nav="help" aria-current="page"' in shown and shown.count("data-create-default") == 1
