"""Names that Kith ships (the stages of a first pipeline, the usual reasons for losing) and tells in the reader's language.

Such a name is kept by its English words, whoever founded the workspace. A field with `spoken=True` shows it as the reader's
catalogue says, and takes any language's wording for it. Names that a company typed itself stay as they were typed.
"""

from functools import cache

from django.conf import settings
from django.utils.translation import override, pgettext

from crm.kernel.base.text import fold

_CONTEXTS: dict[str, str] = {}


def shipped(context: str, name: str) -> str:
    """Declares a shipped name: shipped("name", "Discovery"). The context parts it from the same word of the interface."""
    _CONTEXTS[name] = context
    _wordings.cache_clear()
    _keys.cache_clear()
    return name


def told(name: str) -> str:
    """A stored name in the language that is active; one that was not shipped comes back as it is."""
    return pgettext(_CONTEXTS[name], name) if name in _CONTEXTS else name


def kept(text: str) -> str:
    """The form in which a name is stored: the English one of a shipped name's wording in any language."""
    return _wordings().get(text, text)


def key_of(text: str) -> str:
    """The folded form by which names are compared: the same for every wording of a shipped one."""
    key = fold(text)
    return _keys().get(key, key)


def having(letters: str, only_start: bool = False) -> list[str]:
    """Folded forms of the shipped names of which some wording has (starts with) these letters."""
    wanted = fold(letters)
    found = {key for word, key in _keys().items() if (word.startswith(wanted) if only_start else wanted in word)}
    return sorted(found)


@cache
def _wordings() -> dict[str, str]:
    """{wording in a language of the product: stored name}; the stored name itself wins."""
    found: dict[str, str] = {}
    for code, _label in settings.LANGUAGES:
        with override(code):
            found |= {told(name): name for name in _CONTEXTS}
    return found | {name: name for name in _CONTEXTS}


@cache
def _keys() -> dict[str, str]:
    return {fold(wording): fold(name) for wording, name in _wordings().items()}
