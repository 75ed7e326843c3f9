"""Names that a workspace gives, in each of its languages."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

from crm.kernel.base.traditional import traditional

Names = Mapping[str, str]


def in_language(names: Names, language: str | None) -> str:
    """The name in a language; traditional Chinese by conversion, else English, else whichever there is."""
    wanted = language or "en"
    if names.get(wanted):
        return names[wanted]
    if wanted == "zh-hant" and names.get("zh-hans"):
        return traditional(names["zh-hans"])
    return names.get("en") or next((name for name in names.values() if name), "")


def _said(names: tuple[tuple[str, str], ...], otherwise: Promise | str = "") -> str:
    language, given = get_language() or "en", dict(names)
    if otherwise and language not in given and not (language == "zh-hant" and "zh-hans" in given):
        return str(otherwise)
    return in_language(given, language)


_lazy: Any = lazy(_said, str)


def said(names: Names, otherwise: Promise | str = "") -> Promise | str:
    """A name that is told in the language of whoever reads it; `otherwise` in languages for which there is none."""
    given = tuple((language, name) for language, name in names.items() if name)
    if otherwise:
        named: Promise = _lazy(given, otherwise)
        return named if given else otherwise
    if len({name for _language, name in given}) == 1 and given[0][0] != "zh-hans":
        return given[0][1]
    found: Promise = _lazy(given)
    return found if given else ""
