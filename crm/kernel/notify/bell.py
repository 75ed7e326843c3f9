"""What rings: topics a person may leave off, lines of one record bundled, and the marks that name a person in a text."""

import datetime
import re
import zoneinfo
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Words
from crm.kernel.identity.models import User
from crm.kernel.notify.actions import LONGEST, notify
from crm.kernel.notify.models import BellChoice, Notification
from crm.kernel.queue.live import tell
from crm.kernel.queue.words import storable
from crm.kernel.tenancy.scope import once

TOPICS: Mapping[str, Words] = {
    "mention": gettext_lazy("Somebody mentions me"),
    "follow": gettext_lazy("Something happens to what I follow"),
    "given": gettext_lazy("Somebody gives me something to do"),
    "shared": gettext_lazy("Somebody shares a record with me"),
    "decide": gettext_lazy("A change waits for my approval"),
    "decided": gettext_lazy("A change that I asked for is decided"),
}
#: News of one record within this time stand in one line.
BUNDLE = datetime.timedelta(hours=1)
#: An import that touches thousands of followed records rings so often, and then no more for an hour.
MOST_AN_HOUR = 30
_MOST_PARTS = 12
#: From the moment at which something ends to its last day.
SECOND = datetime.timedelta(seconds=1)
MARK = re.compile(r"@\[([^\[\]\n]{1,200})\]\(person:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)")


def spoken_day(moment: datetime.datetime, person: User) -> str:
    """The day of a moment where the person is, as it is written in messages."""
    return moment.astimezone(zoneinfo.ZoneInfo(person.time_zone)).date().isoformat()


def off(user_id: UUID) -> set[str]:
    """The topics that do not ring for a person."""
    return set(BellChoice.objects.filter(user_id=user_id).values_list("topic", flat=True))


def choose(user_id: UUID, wanted: Iterable[str]) -> None:
    """Only these topics ring for a person from now on."""
    silent = TOPICS.keys() - set(wanted)
    there = off(user_id)
    BellChoice.objects.filter(user_id=user_id).exclude(topic__in=silent).delete()
    BellChoice.objects.bulk_create([BellChoice(user_id=user_id, topic=topic) for topic in sorted(silent - there)])


def ring(topic: str, user: User, text: Words, record: UUID | None = None, url: str | None = None) -> None:
    """A line behind somebody's bell, unless that person left the topic off."""
    if topic not in off(user.pk):
        notify(user, text, record=record, url=url)


def bundle(user: User, record: UUID, title: str, what: str, words: Words) -> None:
    """One line a record and hour for a follower. `what`: "field" or "activity"; `words`: the field's label, the subject."""
    if "follow" in off(user.pk):
        return
    recent = Notification.objects.filter(user_id=user.pk, topic="follow", read_at=None, created_at__gt=now() - BUNDLE)
    line = recent.filter(record_id=record).order_by("-created_at").select_for_update().first()
    if line is None and recent[:MOST_AN_HOUR].count() == MOST_AN_HOUR:
        return
    with translation.override(user.language):
        part = [what, storable(str(words), 120)]
        parts = [*(one for one in (line.parts if line else []) if one != part), part][-_MOST_PARTS:]
        text = storable(_told(title, parts), LONGEST)
    if line is None:
        line = Notification(user_id=user.pk, record_id=record, topic="follow", text=text, parts=parts)
        line.save(force_insert=True)
    else:
        Notification.objects.filter(pk=line.pk).update(text=text, parts=parts)
    tell(user.pk, "notification", line.id)


def _told(title: str, parts: list[list[str]]) -> str:
    fields = [words for what, words in parts if what == "field"]
    talks = [words for what, words in parts if what == "activity"]
    said = [_("%(fields)s changed") % {"fields": ", ".join(fields)}] if fields else []
    said += [_("new: %(subjects)s") % {"subjects": ", ".join(talks)}] if talks else []
    return f"{title}: {'; '.join(said)}"


def marked(text: str) -> list[UUID]:
    """The people named in a text by marks `@[name](person:id)`, each once."""
    return list(dict.fromkeys(UUID(found[2]) for found in MARK.finditer(text or "")))


def mark(text: str, people: Mapping[UUID, str]) -> str:
    """"@Name" of these people becomes a mark, the longest name first."""
    for pk, name in sorted(people.items(), key=lambda pair: -len(pair[1])):
        clean = re.sub(r"[\[\]\n]", " ", name)
        text = re.sub(rf"@{re.escape(name)}(?![\w\]])", lambda _found, pk=pk, clean=clean: f"@[{clean}](person:{pk})", text)  # type: ignore[misc]
    return text


def names() -> dict[UUID, str]:
    """{person: present name} of the workspace, read once a request."""
    return once(("people's names",), lambda: dict(User.objects.values_list("pk", "name")))


def named(found: re.Match[str]) -> str:
    """The present name of the person of a mark; the name it was written with where the person is unknown."""
    return names().get(UUID(found[2]), found[1])


def unmarked(text: str) -> str:
    """A text from outside, where nobody is named: marks in it become "@Name" as it was written."""
    return MARK.sub(r"@\1", text)


def plain(text: str) -> str:
    """A text with its marks read as "@Name", by the present names."""
    return MARK.sub(lambda found: f"@{named(found)}", text) if "](person:" in text else text
