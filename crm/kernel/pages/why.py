"""The page "Who can see this?": the question as a form, the answer in clauses with where each can be changed."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.text import searchable
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.grants import VERBS
from crm.kernel.identity.models import User
from crm.kernel.pages.cells import record_url
from crm.kernel.records import why
from crm.kernel.records.models import RecordRow
from crm.kernel.records.why_words import VERBS as WORDS
from crm.kernel.records.why_words import Answer, Clause, answer, fields_to_ask
from crm.kernel.tenancy.scope import current_actor

#: People of the list who are looked at; of more one asks by name.
SHOWN = 30
#: No log reaches further back, and a moment of year 1 in some zone is none in another.
OLDEST = 1900
#: What can be asked of one record: making and importing are of the whole kind.
ASKED = tuple(verb for verb in VERBS if verb not in ("create", "import"))
_ADDRESSES = {"role": ("administration.roles", "settings.role", "role_id"), "person": ("administration.users", "settings.user", "user_id")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form holds. `at`: noon of the day, or its end where that is today's."""

    user: UUID | None
    verb: str
    name: str
    day: str
    at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A clause and the address of where it is changed, "" where the reader may not."""

    clause: Clause
    url: str


@dataclass(frozen=True, slots=True)
class Screen:
    """`others`: whether the reader may ask about anybody but themselves."""

    asked: Asked
    person: User | None
    answer: Answer | None
    because: list[Told]
    against: list[Told]
    remedies: list[Told]
    wrong: dict[str, Any]
    problem: str
    others: bool
    verbs: list[tuple[str, Any]]
    fields: list[tuple[str, Any]]
    people: list[tuple[User, bool, bool]]
    more: int


def screen(entity: Entity[Any], record: Any, given: QueryDict) -> Screen:
    """Everything that the page needs; a question that cannot be answered comes back with what is wrong with it."""
    actor = current_actor()
    others = actor.id is None or why.may_ask(entity, record, UUID(int=0))
    wrong: dict[str, Any] = {}
    problem, found = "", None
    try:
        asked = _read(given, None if others else actor.id)
        if asked.user is not None:
            name = asked.name if asked.name in policy_for(entity).fields(actor) else None
            found = answer(why.case(entity, record, asked.user, asked.verb, name, asked.at))
    except Wrong as refusal:
        asked, wrong = Asked(as_uuid(given.get("user", "")), "view", "", given.get("day", ""), None), dict(refusal.fields)
    except Refusal as refusal:
        problem = str(refusal.message)
    because, against, remedies = ([Told(one, _address(entity, record, one)) for one in many] for many in _parts(found))
    people, more = _people(entity, record, given.get("who", "")) if others and asked.user is None else ([], 0)
    return Screen(
        asked, User.objects.filter(pk=asked.user).first() if asked.user else None, found, because, against,
        remedies, wrong, problem, others, [(verb, WORDS[verb]) for verb in ASKED], list(fields_to_ask(entity)), people, more,
    )  # fmt: skip


def _parts(found: Answer | None) -> tuple[list[Clause], list[Clause], list[Clause]]:
    return (found.because, found.against, found.remedies) if found is not None else ([], [], [])


def _read(given: QueryDict, alone: UUID | None) -> Asked:
    """Raises Wrong for a day that is none or lies ahead."""
    raw, verb = given.get("day", "").strip(), given.get("verb", "view")
    at = None
    if raw:
        try:
            day = datetime.date.fromisoformat(raw)
        except ValueError:
            day = datetime.date.min
        if day.year < OLDEST:
            raise Wrong(fields={"day": [_("Give a day, such as 2026-11-24.")]})
        noon = datetime.datetime.combine(day, datetime.time(12), get_current_timezone())
        if noon.date() > now().astimezone(get_current_timezone()).date():
            raise Wrong(fields={"day": [_("Choose a day that has come.")]})
        at = min(noon, now())
        at = None if noon.date() == now().astimezone(get_current_timezone()).date() else at
    user = alone or as_uuid(given.get("user", ""))
    return Asked(user, verb if verb in VERBS else "view", given.get("field", ""), raw, at)


def _address(entity: Entity[Any], record: Any, clause: Clause) -> str:
    """Where a clause is changed, for whoever may."""
    if clause.about is None:
        return ""
    what, pk = clause.about
    actor = current_actor()
    if what in _ADDRESSES:
        needs, name, argument = _ADDRESSES[what]
        return reverse(name, kwargs={argument: pk}) if actor.may(needs) else ""
    if what == "absence":
        return reverse("settings.user", kwargs={"user_id": pk}) if actor.may("administration.users") else ""
    if what == "bin":
        return reverse("pages.bin")
    if what == "record" and pk != record.pk:
        return reverse("pages.go", kwargs={"pk": pk}) if RecordRow.objects.filter(pk=pk).exists() else ""
    return record_url(entity, record.pk) if policy_for(entity).may(actor, "edit", record) else ""


def _people(entity: Entity[Any], record: Any, words: str) -> tuple[list[tuple[User, bool, bool]], int]:
    """Who sees it and who may change it, by name, and how many more there are."""
    words = searchable(words)
    rows = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words), is_active=True).order_by("name", "pk")
    many = rows.count()
    return why.everybody(entity, record, list(rows.select_related("team")[:SHOWN])), max(0, many - SHOWN)
