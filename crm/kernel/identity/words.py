"""What people type into the forms of the administration, brought into the stored form or refused with a sentence."""

import re
import unicodedata
import zoneinfo
from functools import lru_cache

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words, Wrong
from crm.kernel.identity.models.people import Density, Language, Theme

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MAIL_LENGTH = 254


class Answers:
    """Collects what is wrong, so that a form says everything at once."""

    def __init__(self) -> None:
        self.wrong: dict[str, list[Words]] = {}

    def refuse(self, field: str, said: Words) -> None:
        self.wrong.setdefault(field, []).append(said)

    def line(self, field: str, raw: str, *, required: bool = True, longest: int = 200) -> str:
        """One line of text."""
        text = unicodedata.normalize("NFC", _CONTROL.sub(" ", raw or "")).strip()
        if required and not text:
            self.refuse(field, _("This is needed."))
        elif len(text) > longest:
            self.refuse(field, _("At most %(number)s characters.") % {"number": longest})
        return text

    def email(self, field: str, raw: str) -> str:
        """An e-mail address in the form by which people are found."""
        text = folded_email(raw)
        try:
            validate_email(text)
        except ValidationError:
            self.refuse(field, _("An e-mail address reads like name@company.com."))
        if len(text) > _MAIL_LENGTH:
            self.refuse(field, _("At most %(number)s characters.") % {"number": _MAIL_LENGTH})
        return text

    def one_of(self, field: str, raw: str, allowed: object) -> str:
        if raw not in allowed:  # type: ignore[operator]
            self.refuse(field, _("Choose one of the list."))
        return raw

    def language(self, raw: str) -> str:
        return self.one_of("language", raw, Language.values)

    def time_zone(self, raw: str) -> str:
        return self.one_of("time_zone", raw, time_zones())

    def currency(self, raw: str) -> str:
        return self.one_of("currency", raw.upper(), list_currencies())

    def country(self, raw: str) -> str:
        if not re.fullmatch(r"[A-Z]{2}", raw.upper()):
            self.refuse("country", _("Choose one of the list."))
        return raw.upper()

    def theme(self, raw: str) -> str:
        return self.one_of("theme", raw, Theme.values)

    def density(self, raw: str) -> str:
        return self.one_of("density", raw, Density.values)

    def done(self) -> None:
        """Raises Wrong when anything was refused."""
        if self.wrong:
            raise Wrong(fields=self.wrong)


def folded_email(raw: str) -> str:
    """The form by which e-mail addresses are compared and stored."""
    return _CONTROL.sub("", unicodedata.normalize("NFKC", raw or "")).strip().casefold()


@lru_cache(maxsize=1)
def time_zones() -> tuple[str, ...]:
    """Zones that a person may choose, by their place: "Asia/Shanghai"."""
    regions = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return tuple(sorted(z for z in zoneinfo.available_timezones() if z.startswith(regions) and "/" in z)) + ("UTC",)
