import pytest

from crm.kernel.base.errors import Wrong
from crm.kernel.identity.built_in import ROLES
from crm.kernel.identity.grants import Grants, checked, checked_scopes

SELLER = {
    "kinds": {"*": {"view": "team", "edit": "own", "create": True}, "account": {"view": "all"}},
    "does": ["sales.*"],
}
AUDITOR = {"kinds": {"account": {"view": "all", "fields": {"amount": "hidden", "phone": "readonly"}}}}


def test_a_kinds_own_entry_goes_before_the_general_one() -> None:
    grants = Grants([SELLER])
    assert grants.level("account", "view") == "all"
    assert grants.level("account", "edit") == "own"
    assert grants.level("contact", "view") == "team"
    assert grants.level("contact", "create") == "all"
    assert grants.level("contact", "delete") == "none"


def test_the_most_generous_role_wins() -> None:
    grants = Grants([SELLER, {"kinds": {"contact": {"view": "team_below", "delete": "own"}}}])
    assert grants.level("contact", "view") == "team_below"
    assert grants.level("contact", "delete") == "own"


def test_nobody_changes_what_they_do_not_see() -> None:
    grants = Grants([{"kinds": {"account": {"view": "own", "edit": "all", "delete": "team"}}}])
    assert grants.level("account", "edit") == "own"
    assert grants.level("account", "delete") == "own"
    assert Grants([{"kinds": {"account": {"edit": "all"}}}]).level("account", "edit") == "none"


def test_a_field_is_hidden_only_while_every_role_that_shows_the_kind_hides_it() -> None:
    assert Grants([AUDITOR]).field("account", "amount") == "hidden"
    assert Grants([AUDITOR, SELLER]).field("account", "amount") is None
    assert Grants([AUDITOR, {"kinds": {"account": {"view": "own", "fields": {"amount": "readonly"}}}}]).field(
        "account", "amount"
    ) == "readonly"
    assert Grants([AUDITOR, {"kinds": {"contact": {"view": "all"}}}]).field("account", "amount") == "hidden"


def test_filters_of_several_roles_add_up() -> None:
    one = {"kinds": {"account": {"view": "filter", "filter": {"field": "city", "op": "is", "value": "上海"}}}}
    two = {"kinds": {"account": {"view": "filter", "filter": {"field": "size", "op": "is", "value": "big"}}}}
    assert Grants([one]).level("account", "view") == "filter"
    assert Grants([one]).filter("account") == one["kinds"]["account"]["filter"]
    both = Grants([one, two]).filter("account")
    assert both is not None and len(both["any"]) == 2
    assert Grants([one, SELLER]).level("account", "view") == "all"


def test_an_administrator_may_everything_and_others_nothing_of_the_administration() -> None:
    assert Grants.everything().may("administration.users")
    assert Grants([{"does": ["*"]}]).may("sales.close")
    assert not Grants([{"does": ["*"]}]).may("administration.users")
    assert Grants([{"does": ["administration.users"]}]).may("administration.users")
    assert Grants([SELLER]).may("sales.close") and not Grants([SELLER]).may("service.close")


def test_scopes_only_take_away() -> None:
    reading = Grants.everything().limited_to(frozenset({"read"}))
    assert reading.level("account", "view") == "all"
    assert reading.level("account", "edit") == "none"
    assert not reading.is_admin and not reading.may("administration.users") and not reading.may("sales.close")
    one = Grants.everything().limited_to(frozenset({"account:write"}))
    assert one.level("account", "edit") == "all" and one.level("account", "view") == "all"
    assert one.level("contact", "view") == "none"
    assert Grants([SELLER]).limited_to(frozenset({"write"})).level("contact", "edit") == "own"


@pytest.mark.parametrize("raw", [[], {"kinds": []}, {"kinds": {"a": {"view": "everything"}}}, {"does": [1]},
                                 {"kinds": {"a": {"fields": {"x": "secret"}}}}])
def test_grants_that_mean_nothing_are_refused(raw: object) -> None:
    with pytest.raises(Wrong):
        checked(raw)


def test_built_in_roles_are_well_formed() -> None:
    for _name, _text, grants in ROLES.values():
        assert checked(grants) == grants


def test_scopes_are_checked() -> None:
    assert checked_scopes(None) is None
    assert checked_scopes(["read", "account:write"]) == {"read", "account:write"}
    for bad in ([], ["everything"], ["account:delete"]):
        with pytest.raises(Wrong):
            checked_scopes(bad)
