"""The words at the top of my day."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.entity.forms.dates import short_date
from crm.kernel.entity.forms.reading import Reading


@dataclass(frozen=True, slots=True)
class Greeting:
    day: str
    words: str


def greeting(actor: Any, moment: datetime.datetime) -> Greeting:
    """By the reader's clock; people are called by their given name in English, by their whole name in Chinese."""
    reading = Reading.of(actor)
    local = moment.astimezone(reading.zone)
    name = actor.name if reading.chinese or not actor.name.isascii() else actor.name.split(" ")[0]
    if local.hour < 5 or local.hour >= 22:
        words = _("Good evening, %(name)s.")
    elif local.hour < 12:
        words = _("Good morning, %(name)s.")
    elif local.hour < 18:
        words = _("Good afternoon, %(name)s.")
    else:
        words = _("Good evening, %(name)s.")
    return Greeting(short_date(local.date(), reading, local.date()), words % {"name": name})
