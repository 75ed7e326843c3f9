"""`may` answers from the record at hand where it can; the database, asked by `rows`, would say the same."""

import pytest

from crm.kernel.access.models import Share
from crm.kernel.access.policy import policy_for
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import Grants
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company

LEVELS = ("none", "own", "team", "team_below", "all")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("verb", ["view", "edit", "delete"])
def test_the_record_and_the_database_agree(north: Company, level: str, verb: str) -> None:
    accounts = registry.kind("account")
    assert accounts is not None
    made = [north.make("account", {"name": f"Of {who}"}, by=who) for who in ("ada", "bo", "cleo", "admin")]
    made.append(north.make("account", {"name": "Of nobody", "owner": None, "team": None}))
    with north.as_("admin"):
        Share.objects.create(record_id=made[2].pk, user_id=north.people["ada"].pk, edit=True)
        Share.objects.create(record_id=made[3].pk, team_id=north.people["ada"].team_id)
        bump_permissions()
    grants = Grants([{"kinds": {"account": {"view": level, verb: level}}}])
    for who in ("ada", "cleo", "admin"):
        with north.as_(who) as person:
            actor = Actor(
                id=person.id, workspace_id=person.workspace_id, team_id=person.team_id, team_ids=person.team_ids,
                tree_ids=person.tree_ids, grants=grants,
            )  # fmt: skip
            policy = policy_for(accounts)
            for record in made:
                asked = accounts.model._default_manager.filter(policy.rows(actor, verb), pk=record.pk).exists()
                assert policy.may(actor, verb, record) == asked, (who, record.name)
