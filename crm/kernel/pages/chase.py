"""What is missing without a reason, ranked by what it blocks: per kind, each number with the list behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.custom.laid import layout_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import Where, to_text
from crm.kernel.entity.forms.numbers import show_integer
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.reasons import UNSAID, Reason
from crm.kernel.pages.known import reason_label
from crm.kernel.quality.models import ValueStanding
from crm.kernel.records import listing
from crm.kernel.records.needed import steps_of
from crm.kernel.tenancy.scope import current_actor

#: What being empty blocks, from the hardest on.
STEP, NEEDED, SAME, RULE = range(4)


@dataclass(frozen=True, slots=True)
class Chased:
    """One field: in how many records it is empty without a reason (`url` lists them), what that blocks in words, and for how many it is
    said why ([(reason, how many, address)])."""

    field: Fact
    many: int
    count: str
    url: str
    blocks: list[str]
    said: list[tuple[str, str, str]]


def blocked(entity: Entity[Any]) -> dict[str, list[tuple[int, str]]]:
    """{field: [(how hard, what it blocks in words)]} of the fields that the actor sees and people fill."""
    seen = policy_for(entity).fields(current_actor())
    found: dict[str, list[tuple[int, str]]] = {}

    def note(name: str, how: int, said: str) -> None:
        field = seen.get(name)
        if field is not None and field.stands and (how, said) not in found.setdefault(name, []):
            found[name].append((how, said))

    for step, names in steps_of(entity):
        for name in names:
            note(name, STEP, _("It is needed before “%(step)s”.") % {"step": step})
    for name, _field in layout_for(entity, current_actor(), lambda column: None).needed:
        note(name, NEEDED, _("The form needs it."))
    for duplicate in entity.duplicates:
        for name in duplicate.fields:
            note(name, SAME, _("Duplicates are found by it."))
    for rule in entity.rules:
        for name in rule.names:
            note(name, RULE, _("A rule looks at it."))
    return {name: told for name, told in found.items() if told}


def chased(entity: Entity[Any], reading: Reading) -> list[Chased]:
    """The fields whose absence blocks something, the hardest block first, then where most is missing; those that are nowhere missing are
    left out."""
    made: list[tuple[int, Chased]] = []
    for name, told in blocked(entity).items():
        node = Where(name, "missing", UNSAID)
        many, exact = listing.count(entity, node)
        said = _said(entity, name, reading)
        if not many and not said:
            continue
        text = show_integer(many, reading)
        one = Chased(entity.fields[name], many, text if exact else f"{text}+", _list(entity, node), [words for _how, words in told], said)
        made.append((min(how for how, _words in told), one))
    return [one for _how, one in sorted(made, key=lambda pair: (pair[0], -pair[1].many))]


def _said(entity: Entity[Any], name: str, reading: Reading) -> list[tuple[str, str, str]]:
    """Only where it is said of any record at all: most fields cost one look into an index."""
    there: Mapping[str, int] = dict.fromkeys(
        ValueStanding.objects.filter(kind=entity.kind, field=name).exclude(reason="").values_list("reason", flat=True).distinct(), 0
    )
    found = []
    for code in Reason.values:
        node = Where(name, "missing", code)
        many, exact = listing.count(entity, node) if code in there else (0, True)
        if many:
            text = show_integer(many, reading)
            found.append((reason_label(code), text if exact else f"{text}+", _list(entity, node)))
    return found


def _list(entity: Entity[Any], node: Where) -> str:
    return f"{reverse('pages.list', kwargs={'entity': entity})}?{urlencode({'filter': to_text(node)})}"
