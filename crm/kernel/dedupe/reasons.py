"""Why two records look the same, in one plain sentence for each field."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.kernel.dedupe.sides import Evidence
from crm.kernel.dedupe.weights import WEIGHT

SENTENCES: dict[str, str | Promise] = {
    "company.same": _("The same name"),
    "company.script": _("The same name in other characters (Traditional, Simplified, full width)"),
    "company.form": _("Same company: only the legal form differs"),
    "company.place": _("Same company: only the place in the name differs"),
    "company.branch": _("The same name at another place"),
    "company.known": _("Another name of the same company"),
    "company.own": _("The same own name, the trade is written otherwise"),
    "company.order": _("The same words in another order"),
    "company.generic": _("The same name but for words such as “group” or “technology”"),
    "company.slip": _("The name differs in one character"),
    "company.short": _("One name is a short form of the other"),
    "company.within": _("One name is the beginning of the other"),
    "company.initials": _("One name is the initials of the other"),
    "company.sound": _("The names sound the same"),
    "company.ticker": _("One name looks like the ticker symbol of the other"),
    "company.alike": _("The names are alike"),
    "person.same": _("The same name"),
    "person.brief": _("The same name, which many people have"),
    "person.script": _("The same name in Chinese and in Latin letters"),
    "person.order": _("The same name in another order"),
    "person.sound": _("The names sound the same"),
    "person.nickname": _("A short form of the same given name"),
    "person.initial": _("Same family name, and the initial fits"),
    "person.slip": _("The name is spelt a little differently"),
    "person.slips": _("The names are alike"),
    "person.near": _("The names are alike"),
    "person.part": _("One part of the name is the same"),
    "phone.same": _("The same phone number"),
    "phone.slip": _("Phone differs in one digit"),
    "email.same": _("The same e-mail address"),
    "email.tag": _("The same mailbox, written differently"),
    "email.slip": _("E-mail differs in one character"),
    "email.domain": _("The same e-mail or web domain"),
    "tax.same": _("The same tax number"),
    "own.same": _("The same “%(field)s”"),
    "link.same": _("Belongs to the same record"),
    "address": _("The same address"),
    "address.street": _("The same street"),
    "address.town": _("The same town"),
}
#: At most so many sentences for one candidate.
MOST = 4


def sentences(evidence: Iterable[Evidence], labels: Mapping[str, object] | None = None) -> list[str | Promise]:
    """What speaks for the same, the weightiest first; in the reader's language when shown. `labels`: those of fields of the
    workspace's own, which are called by their names."""
    found: list[str | Promise] = []
    grades = {said.grade for said in evidence}
    for said in evidence:
        if WEIGHT[said.grade] <= 0:
            continue
        name = _address(grades) if said.grade.startswith("address.") else said.grade
        sentence = SENTENCES.get(name)
        if name == "own.same":
            sentence = str(sentence) % {"field": (labels or {}).get(said.mine, said.mine)}
        if sentence and sentence not in found:
            found.append(sentence)
    return found[:MOST]


def _address(grades: set[str]) -> str:
    street = bool(grades & {"address.street_same", "address.street_slip"})
    if street and "address.number_same" in grades:
        return "address"
    if street:
        return "address.street"
    return "address.town" if grades & {"address.town_both", "address.town_slip", "address.town_one"} else ""
