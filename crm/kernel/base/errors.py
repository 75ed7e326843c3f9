"""Failures that have a name and may be shown. Everything else is a bug and is not shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Refusal(Exception):
    """Kith says no, and says why. The transaction around it is rolled back."""

    status = 422
    code = "refused"
    title: Words = _("This cannot be done.")

    def __init__(self, message: Words | None = None, fields: Mapping[str, list[Words]] | None = None) -> None:
        self.message: Words = message or self.title
        self.fields: dict[str, list[Words]] = {name: list(said) for name, said in (fields or {}).items()}
        super().__init__(message or "")

    def __str__(self) -> str:
        said = [f"{name}: {' '.join(map(str, words))}" for name, words in self.fields.items()]
        return "; ".join([str(self.message), *said])


class Wrong(Refusal):
    """Some values do not fit; `.fields` says which and what is right. `.lacking` names those that only have to be filled."""

    code = "wrong-values"
    title = _("Some values need another look.")

    def __init__(
        self, message: Words | None = None, fields: Mapping[str, list[Words]] | None = None, lacking: Sequence[str] = ()
    ) -> None:
        super().__init__(message, fields)
        self.lacking = tuple(lacking)


class Conflict(Refusal):
    """Somebody else changed the same values meanwhile. `.values`: {field: {"mine": …, "theirs": …}}."""

    status = 409
    code = "conflict"
    title = _("Somebody changed this while you were writing.")

    def __init__(
        self, message: Words | None = None, values: Mapping[str, dict[str, Any]] | None = None, version: int | None = None
    ) -> None:
        super().__init__(message)
        self.values = dict(values or {})
        self.version = version


class NotAllowed(Refusal):
    """It is visible, but this act is not given to the actor."""

    status = 403
    code = "not-allowed"
    title = _("Your roles do not allow this.")


class NotFound(Refusal):
    """It is not there, or the actor may not know that it is."""

    status = 404
    code = "not-found"
    title = _("There is no such record, or it is not shared with you.")


class TooMany(Refusal):
    """Too many tries in a short time."""

    status = 429
    code = "too-many"
    title = _("Too many tries. Wait a little and try again.")
