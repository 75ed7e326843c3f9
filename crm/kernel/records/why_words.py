"""The answer of `why` in plain words: every reason a clause, with what it can be changed at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Words
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import from_json, to_text
from crm.kernel.entity.forms.dates import show_date
from crm.kernel.entity.forms.moments import show_datetime
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.identity.models import User
from crm.kernel.identity.role_words import name_of
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of
from crm.kernel.records.why import Case, Given, Reason
from crm.kernel.tenancy.scope import current_actor

#: Verbs as they stand in a sentence: "may … it".
VERBS: dict[str, Words] = {
    "view": gettext_lazy("see"), "edit": gettext_lazy("change"), "delete": gettext_lazy("delete"),
    "export": gettext_lazy("export"), "create": gettext_lazy("create"), "import": gettext_lazy("import"),
}
_LEVELS: dict[str, Words] = {
    "own": gettext_lazy("Role “%(role)s” may %(verb)s what one owns oneself"),
    "team": gettext_lazy("Role “%(role)s” may %(verb)s what is one's own or the own team's (team %(team)s)"),
    "team_below": gettext_lazy("Role “%(role)s” may %(verb)s what is one's own, the own team's (team %(team)s) or a team's below it"),
    "all": gettext_lazy("Role “%(role)s” may %(verb)s all %(kinds)s"),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One reason: `name` for programs, `text` for people. `about` is ("role", "person", "team", "record" or "shares", id): where it can
    be changed."""

    name: str
    text: str
    about: tuple[str, UUID] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`because`: every clause that grants; `against`: every one that does not, where the answer is no; `remedies`: what would
    change that; `notes`: what is to be known of the answer itself."""

    may: bool
    headline: str
    because: list[Clause]
    against: list[Clause]
    remedies: list[Clause]
    notes: list[str]


def answer(case: Case) -> Answer:
    """The case in the reader's language. Names that the reader may not see are left out."""
    words = _Words(case)
    because = [*words.holding(), *(words.flag_clauses(True) if case.may else ())]
    if case.may:
        return Answer(True, words.headline(), because, [], [], words.notes())
    return Answer(False, words.headline(), because if case.rows else [], [*words.against()], [*words.remedies()], words.notes())


class _Words:
    def __init__(self, case: Case) -> None:
        self.case, self.entity = case, case.entity
        self.who = case.user.name
        self.verb = str(VERBS[case.verb])
        ids = {case.owner, *(one.by for one in case.shares), *(one.user for one in case.shares), *(one.person for one in case.absences)}
        self.names = names_of(User, [pk for pk in ids if pk])
        self.seen = policy_for(self.entity).fields(current_actor())
        self.titles = names_of(RecordRow, case.links.values())

    def headline(self) -> str:
        case = self.case
        facts = {"name": self.who, "verb": self.verb, "field": self.entity.fields[case.name].label if case.name else ""}
        said = {
            (True, False, False): _("%(name)s can %(verb)s it."), (False, False, False): _("%(name)s cannot %(verb)s it."),
            (True, True, False): _("%(name)s can %(verb)s the field “%(field)s”."),
            (False, True, False): _("%(name)s cannot %(verb)s the field “%(field)s”."),
            (True, False, True): _("%(name)s could %(verb)s it then."), (False, False, True): _("%(name)s could not %(verb)s it then."),
            (True, True, True): _("%(name)s could %(verb)s the field “%(field)s” then."),
            (False, True, True): _("%(name)s could not %(verb)s the field “%(field)s” then."),
        }  # fmt: skip
        return said[case.may, case.name is not None, case.moment is not None] % facts

    def notes(self) -> list[str]:
        if self.case.moment is None or self.case.log_begins is None:
            return []
        facts = {"moment": _at(self.case.moment), "begins": _at(self.case.log_begins)}
        return [
            _("As it stood on %(moment)s, read from the audit log, which begins on %(begins)s.") % facts,
            _("Who somebody was (name, time zone) and stamps of records are taken as they are today."),
        ]

    def holding(self) -> list[Clause]:
        """Every reason that gives the record."""
        case = self.case
        given = [one for one in case.grounds if one.holds] if all(one.holds for one in case.needs) else []
        beside = [one for one in (case.needs if given else ()) if one.holds]
        return [clause for one in [*given, *beside, *(one for one in case.besides if one.holds)] for clause in self._clauses(one)]

    def _clauses(self, reason: Reason) -> Iterator[Clause]:
        ground = reason.ground
        match ground.name:
            case "role" | "filter":
                yield self._role(ground.role or 0, ground.level)
            case "absent":
                yield from self._absences()
            case "share":
                yield from (self._share(one) for one in self.case.shares if self._live(one) and self._for_them(one))
            case "follows" | "parent" | "became" | "ends" | "seen":
                yield from self._carried(ground.name)
            case _:
                yield Clause(ground.name, str(_OTHERS.get(ground.name, _OTHERS["rule"])) % self._facts())

    def _facts(self) -> dict[str, Any]:
        return {"name": self.who, "kinds": self.entity.labels, "verb": self.verb}

    def _role(self, number: int, level: str) -> Clause:
        pk, role = self.case.roles[number]
        facts = {"role": name_of(role), "verb": str(VERBS["view" if self.case.verb == "export" else self.case.verb])}
        if level:
            team = self.case.team_names.get(self.case.actor.team_id, "–") if self.case.actor.team_id else "–"
            return Clause("role", str(_LEVELS[level]) % {**facts, "team": team, "kinds": self.entity.labels}, ("role", pk))
        return Clause("filter", self._filter(number, facts), ("role", pk))

    def _filter(self, number: int, facts: dict[str, str]) -> str:
        given = self.case.actor.grants.filter_of(number, self.entity.kind)
        if given is not None and current_actor().may("administration.roles"):
            return _("Role “%(role)s” may %(verb)s what its filter finds: %(filter)s") % {**facts, "filter": to_text(from_json(given))}
        return _("Role “%(role)s” may %(verb)s what its filter finds") % facts

    def _absences(self) -> Iterator[Clause]:
        for one in self.case.absences:
            if one.person == self.case.owner:
                facts = {"name": self.who, "absent": one.name, "first": _day(one.since), "last": _last(one.until)}
                text = _("%(name)s looks after what %(absent)s owns, from %(first)s to %(last)s, and this is %(absent)s's") % facts
                yield Clause("absence", text, ("absence", one.person))

    def _live(self, one: Given) -> bool:
        return one.until is None or one.until > (self.case.moment or now())

    def _for_them(self, one: Given, verb: str = "") -> bool:
        mine = one.user == self.case.user.pk or (one.team is not None and one.team in self.case.actor.team_ids)
        return mine and (one.edit or (verb or self.case.verb) != "edit")

    def _share(self, one: Given) -> Clause:
        facts = {
            "by": self.names.get(one.by, "Kith") if one.by else "Kith", "day": _day(one.at) if one.at else "",
            "whom": self.case.team_names.get(one.team, "") if one.team else self.who, "last": _last(one.until) if one.until else "",
        }  # fmt: skip
        said = {
            (False, False): _("%(by)s shared it with %(whom)s to see"),
            (True, False): _("%(by)s shared it with %(whom)s to see and change"),
            (False, True): _("%(by)s shared it with %(whom)s to see, until %(last)s"),
            (True, True): _("%(by)s shared it with %(whom)s to see and change, until %(last)s"),
        }  # fmt: skip
        text = said[one.edit, one.until is not None] % facts
        return Clause("share", f"{text} ({facts['day']})" if facts["day"] else text, ("shares", self.case.record_id))

    def _carried(self, name: str) -> Iterator[Clause]:
        for pk in self.case.links.values():
            if pk in self.titles:
                shared = name == "follows"
                text = _("It hangs on “%(title)s”, which %(name)s sees")
                text = _("It is about “%(title)s”, which is shared with %(name)s") if shared else text
                yield Clause(name, text % {"title": self.titles[pk], "name": self.who}, ("record", pk))
                return
        yield Clause(name, str(_OTHERS[name]) % self._facts())

    def flag_clauses(self, given: bool) -> Iterator[Clause]:
        """What each role says of exporting and the like."""
        for (pk, role), flag in zip(self.case.roles, self.case.flags, strict=False):
            if flag == given:
                text = _("Role “%(role)s” may %(verb)s %(kinds)s") if flag else _("Role “%(role)s” may not %(verb)s %(kinds)s")
                yield Clause("role", text % {"role": name_of(role), "verb": self.verb, "kinds": self.entity.labels}, ("role", pk))

    def against(self) -> Iterator[Clause]:
        """Every reason that does not give it."""
        case = self.case
        if not case.there:
            yield Clause("absent-record", _("The record was not there yet"))
            return
        if case.binned:
            yield Clause("bin", _("The record lies in the bin, where nobody works with it"))
        if not case.let_in:
            yield self._kept_out()
        if not case.rows:
            yield from self._rows_against()
        if case.flags and not any(case.flags):
            yield from self.flag_clauses(False)
        if case.closed:
            yield from self._field_against()

    def _kept_out(self) -> Clause:
        user, moment = self.case.user, self.case.moment or now()
        about = ("person", user.pk)
        if not user.is_active:
            return Clause("inactive", _("%(name)s is deactivated") % {"name": self.who}, about)
        if user.access_from is not None and moment < user.access_from:
            return Clause("dates", _("The access of %(name)s begins on %(day)s") % {"name": self.who, "day": _day(user.access_from)}, about)
        last = _last(user.access_until) if user.access_until else ""
        return Clause("dates", _("The access of %(name)s ended with %(day)s") % {"name": self.who, "day": last}, about)

    def _rows_against(self) -> Iterator[Clause]:
        case = self.case
        told = {one.ground.role for one in case.grounds if one.ground.role is not None}
        for number, (pk, role) in enumerate(case.roles):
            held = next((one.ground for one in case.grounds if one.ground.role == number), None)
            if held is not None:
                yield self._role(number, held.level)
            elif number not in told and self.entity.parent is None:
                facts = {"role": name_of(role), "verb": self.verb, "kinds": self.entity.labels}
                yield Clause("role", _("Role “%(role)s” may not %(verb)s %(kinds)s") % facts, ("role", pk))
        if not case.roles:
            yield Clause("no-role", _("%(name)s holds no role") % {"name": self.who}, ("person", case.user.pk))
        yield from self._belongs()
        yield from self._not_shared()
        for one in [*case.needs, *(one for one in case.grounds if one.ground.name == "parent")]:
            if not one.holds:
                yield Clause(one.ground.name, str(_MISSING.get(one.ground.name, _MISSING["parent"])) % self._facts())

    def _belongs(self) -> Iterator[Clause]:
        """Whose the record is, as far as the reader may see that."""
        case = self.case
        owner = self.names.get(case.owner, "") if case.owner and "owner" in self.seen else ""
        team = case.team_names.get(case.team, "") if case.team and "team" in self.seen else ""
        if owner and team:
            yield Clause("owner", _("It belongs to %(owner)s, team %(team)s") % {"owner": owner, "team": team}, ("record", case.record_id))
        elif owner or team:
            yield Clause("owner", _("It belongs to %(owner)s") % {"owner": owner or team}, ("record", case.record_id))
        elif case.owner is None and case.team is None:
            yield Clause("owner", _("It belongs to nobody"), ("record", case.record_id))

    def _not_shared(self) -> Iterator[Clause]:
        case, about = self.case, ("shares", self.case.record_id)
        if not policy_for(self.entity).shareable:
            return
        mine = [one for one in case.shares if self._for_them(one, "view")]
        for one in mine:
            said = self._share(one).text
            if not self._live(one):
                yield Clause("share", _("%(share)s: that is over") % {"share": said}, about)
            elif case.verb == "edit" and not one.edit or case.verb == "delete":
                yield Clause("share", _("%(share)s, and no more than that") % {"share": said}, about)
        if not mine:
            yield Clause("share", _("Nobody has shared it with %(name)s") % {"name": self.who}, about)

    def _field_against(self) -> Iterator[Clause]:
        case = self.case
        field = str(self.entity.fields[case.name or ""].label)
        if self.entity.fields[case.name or ""].readonly and case.closed == "readonly":
            yield Clause("field", _("Nobody changes the field “%(field)s”: Kith keeps it") % {"field": field})
            return
        found = False
        for one in case.fields:
            if one.said in ("hidden", "readonly"):
                pk, role = case.roles[one.role]
                text = _("Role “%(role)s” shows the field “%(field)s” to read only")
                text = _("Role “%(role)s” hides the field “%(field)s”") if one.said == "hidden" else text
                yield Clause("field", text % {"role": name_of(role), "field": field}, ("role", pk))
                found = True
        if not found:
            text = _("The field “%(field)s” is closed to whoever shared it, or to whom %(name)s stands in for")
            yield Clause("field", text % {"field": field, "name": self.who}, ("shares", case.record_id))

    def remedies(self) -> Iterator[Clause]:
        """What would make it a yes, today."""
        case, facts = self.case, {"name": self.who, "verb": self.verb}
        if case.moment is not None or not case.there:
            return
        if case.binned:
            yield Clause("restore", _("Take it out of the bin"), ("bin", case.record_id))
        if not case.let_in:
            yield Clause("access", _("Let %(name)s in again, or for longer") % facts, ("person", case.user.pk))
        if not case.rows:
            if policy_for(self.entity).shareable and case.verb in ("view", "edit", "export"):
                yield Clause("share", _("Share the record with %(name)s") % facts, ("shares", case.record_id))
            yield Clause("roles", _("Give %(name)s another role or team") % facts, ("person", case.user.pk))
            yield from self._roles_to_change()
            yield Clause("owner", _("Give the record another owner or team"), ("record", case.record_id))
        elif case.closed or case.flags and not any(case.flags):
            yield Clause("roles", _("Give %(name)s another role") % facts, ("person", case.user.pk))
            yield from self._roles_to_change()

    def _roles_to_change(self) -> Iterator[Clause]:
        for pk, role in self.case.roles:
            yield Clause("role", _("Change what role “%(role)s” reaches") % {"role": name_of(role)}, ("role", pk))


_OTHERS: dict[str, Words] = {
    "own": gettext_lazy("It belongs to %(name)s, or to somebody for whom %(name)s stands in"),
    "pool": gettext_lazy("It has no owner yet, and its pool is open to %(name)s"),
    "became": gettext_lazy("It became a customer whom %(name)s sees"),
    "everybody": gettext_lazy("Everybody may see %(kinds)s: they are the company's"),
    "setup": gettext_lazy("A role of %(name)s may set up the company: %(kinds)s belong to that"),
    "ends": gettext_lazy("%(name)s sees both ends of it"),
    "parent": gettext_lazy("%(name)s sees the record it hangs on"),
    "follows": gettext_lazy("The record it is about is shared with %(name)s"),
    "seen": gettext_lazy("%(name)s also sees it"),
    "rule": gettext_lazy("A rule of its own for %(kinds)s gives it"),
}
_MISSING: dict[str, Words] = {
    "ends": gettext_lazy("%(name)s does not see both ends of it"),
    "parent": gettext_lazy("%(name)s does not see the record it hangs on"),
    "seen": gettext_lazy("%(name)s does not see it, so may not %(verb)s it either"),
    "absent": gettext_lazy("The absence gives %(name)s only what hangs on the absent one's own records"),
}


def fields_to_ask(entity: Entity[Any]) -> Iterable[tuple[str, Any]]:
    """[(name, label)] of the fields that the reader may ask about."""
    return [(name, one.label) for name, one in policy_for(entity).fields(current_actor()).items() if not one.part_of]


def _day(moment: datetime) -> str:
    return show_date(localtime(moment).date(), Reading.of(current_actor()))


def _last(until: datetime) -> str:
    """The last day before an end, which is the first moment that is shut."""
    return _day(until - timedelta(seconds=1))


def _at(moment: datetime) -> str:
    return show_datetime(moment, Reading.of(current_actor()))
