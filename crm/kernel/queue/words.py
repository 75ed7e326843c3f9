"""Texts that come from anywhere, made fit for the database."""

import unicodedata

LONGEST = 2000


def storable(text: str, longest: int = LONGEST) -> str:
    """The text without what PostgreSQL refuses (NUL, lone surrogates) and without other control characters.

    Line breaks and tabs stay. An error that quotes what somebody typed must not become an error of its own.
    """
    kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return "".join(kept)[:longest]
