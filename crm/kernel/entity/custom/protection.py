"""Which fields, once their value is verified, are changed only with approval, and who approves: declared on the field, and what a
workspace says otherwise of it in the facts of its kind.

    {"billing_address": {"on": true, "by": ["customer", "role:<id>"], "in_order": false, "days": 14, "remind": 3, "override": true}}
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.custom.checking import Given, whole
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.identity.models import Role, Team, User

#: The part of a kind's facts that says it.
FACT = "approval"
CUSTOMER, ADMINISTRATORS = "customer", "administrators"
#: What stands before the id of an office: {word: its model}.
OFFICES: dict[str, Any] = {"role": Role, "team": Team, "person": User}
MOST_OFFICES, LONGEST_DAYS = 10, 365


@dataclass(frozen=True, slots=True)
class Rule:
    """`by` names who approves: "customer", "administrators", "role:<id>", "team:<id>" or "person:<id>"; all of them one after
    the other where it goes `in_order`, else whichever is first. A change waits `days`; who has to decide is reminded every `remind` days
    (0: never). `override`: an administrator may put it in force without them, saying why."""

    by: tuple[str, ...] = (CUSTOMER, ADMINISTRATORS)
    in_order: bool = False
    days: int = 14
    remind: int = 3
    override: bool = True

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"by": list(self.by)}


def rule_of(field: Fact) -> Rule | None:
    """By which rule a field is changed once it is verified; None where that needs nobody."""
    told = field.protected
    if not told:
        return None
    return Rule() if told is True else of_plain(told)


def of_plain(told: Mapping[str, Any]) -> Rule:
    """A rule from its stored form."""
    known = {name: told[name] for name in ("in_order", "days", "remind", "override") if name in told}
    return replace(Rule(**known), by=tuple(told.get("by") or Rule().by))


def changed_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """{field: what its `protected` becomes} by a kind's facts."""
    return {name: told if told.get("on", True) else False for name, told in (facts.get(FACT) or {}).items()}


def protectable(entity: Entity[Any]) -> list[Fact]:
    """The fields of a kind that can need approval: those that people write, composite ones as a whole."""
    base = {"owner", "team", *BASE_FIELDS}
    return [one for name, one in entity.fields.items() if not (one.readonly or one.part_of or one.type == "computed") and name not in base]


def checked(answers: Given, entity: Entity[Any], raw: Any, was: Mapping[str, Any]) -> dict[str, Any]:
    """The stored form of {field: rule, or null for how Kith has it, or false for no approval}; fields that are not named stay as they
    `was`. What does not fit is refused under "approval"."""
    found = dict(was)
    usable = {one.name for one in protectable(entity)}
    if not isinstance(raw, Mapping):
        answers.refuse(FACT, _("Give an object with a rule for each field."))
        return found
    for name, told in raw.items():
        if name not in usable:
            answers.refuse(FACT, _("There is no field “%(name)s” whose change can be approved.") % {"name": str(name)[:80]})
        elif told is None:
            found.pop(name, None)
        elif told is False:
            found[name] = {"on": False}
        elif not isinstance(told, Mapping) or not set(told) <= {"on", "by", "in_order", "days", "remind", "override"}:
            answers.refuse(FACT, _("A rule has these parts: %(all)s.") % {"all": "on, by, in_order, days, remind, override"})
        else:
            found[name] = _rule(answers, told)
    return found


def _rule(answers: Given, told: Mapping[str, Any]) -> dict[str, Any]:
    raw = told.get("by", list(Rule().by))
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_OFFICES:
        answers.refuse(FACT, _("Name who approves: between 1 and %(n)s.") % {"n": MOST_OFFICES})
        raw = []
    return {
        "on": told.get("on", True) is not False,
        "by": list(dict.fromkeys(_office(answers, one) for one in raw)),
        "in_order": told.get("in_order") is True,
        "days": whole(answers, FACT, told.get("days", Rule().days), 1, LONGEST_DAYS),
        "remind": whole(answers, FACT, told.get("remind", Rule().remind), 0, LONGEST_DAYS),
        "override": told.get("override", True) is not False,
    }


def _office(answers: Given, raw: Any) -> str:
    """"role:Finance" or "role:<id>" as it is stored, by id."""
    text = str(raw)
    if text in (CUSTOMER, ADMINISTRATORS):
        return text
    sort, _colon, name = text.partition(":")
    model = OFFICES.get(sort)
    pk = as_uuid(name)
    if model is not None:
        by_name = {"email" if sort == "person" else "name": name}
        row = model.objects.filter(**({"pk": pk} if pk else by_name)).order_by("id").first()
        if row is not None:
            return f"{sort}:{row.pk}"
    answers.refuse(FACT, _("There is no office “%(name)s”: customer, administrators, role:…, team:… or person:….") % {"name": text[:80]})
    return text


def names_of_offices() -> dict[str, str]:
    """{office: its name} of all roles, teams and active people: by role and team name, people by their e-mail, for documents that are
    read in another workspace."""
    found = {f"role:{pk}": f"role:{name}" for pk, name in Role.objects.values_list("pk", "name")}
    found |= {f"team:{pk}": f"team:{name}" for pk, name in Team.objects.values_list("pk", "name")}
    return found | {f"person:{pk}": f"person:{email}" for pk, email in User.objects.values_list("pk", "email")}
