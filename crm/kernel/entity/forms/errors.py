"""The one failure that a normal form may raise."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

Words = str | Promise


def _fill(template: Words, facts: dict[str, object]) -> str:
    return str(template % facts) if facts else str(template)


_filled = lazy(_fill, str)


def filled(template: Words, **facts: object) -> Words:
    """`template` with its `%(name)s` places filled, told in whatever language is active when it is shown."""
    return _filled(template, facts)


class FieldError(ValueError):
    """A value cannot be read. `.message` (lazy) says what is right and what to do, never just that it is wrong.

    `template` is a translatable text with `%(name)s` places (plural forms too), `facts` fills them; both are kept, so
    that the sentence can be told in the language of whoever reads it later. `part` names the column of a value with
    several columns (an address, an amount) that does not fit; None where the value is one.
    """

    part: str | None = None

    def __init__(self, template: Words, **facts: object) -> None:
        self.template = template
        self.facts = facts
        super().__init__(template)

    @property
    def message(self) -> Words:
        return _filled(self.template, self.facts)

    def __str__(self) -> str:
        return _fill(self.template, self.facts)


@contextmanager
def part_called(name: str) -> Iterator[None]:
    """Inside, what cannot be read is a part of a larger value: the error says which."""
    try:
        yield
    except FieldError as error:
        error.part = name
        raise


def one_value(raw: object) -> FieldError:
    """The error for a list or an object where one value belongs. `raw` is named by its kind only."""
    several = isinstance(raw, list | tuple | set | frozenset)
    return FieldError(_("Give one value here, not several.") if several else _("Give one plain value here."))
