"""The text form: `stage = won and amount > 1000 and (owner = me or not closes within this_month)`."""

import re
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.entity.filter.nodes import DEEPEST, All, Any_, Found, Node, Not, Where, wrong

_TOKEN = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<sign>!=|<=|>=|[=<>~^(),])|(?P<word>[^\s=<>~^(),"!]+))')
SIGNS = {"=": "is", "!=": "is_not", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "~": "contains", "^": "starts"}
_SIGN_OF = {op: sign for sign, op in SIGNS.items()}
_PLAIN = re.compile(r"[^\s=<>~^(),\"!]+")
_RESERVED = {"and", "or", "not", "in", "is", "between", "has", "within", "empty", "filled"}


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        self.depth = 0
        place, text = 0, text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if not found:
                raise wrong(_("The filter cannot be read from “%(rest)s” on.") % {"rest": text[place : place + 20]})
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind]))
            place = found.end()

    def peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at][1] if at < len(self.tokens) and self.tokens[at][0] != "quoted" else ""

    def take(self, *wanted: str) -> bool:
        if self.peek().lower() in wanted and self.peek():
            self.at += 1
            return True
        return False

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            raise wrong(_("“%(wanted)s” is missing.") % {"wanted": wanted})

    def value(self) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] == "sign":
            raise wrong(_("A value is missing at the end of the filter."))
        kind, text = self.tokens[self.at]
        self.at += 1
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "quoted" else text

    def either(self) -> Node:
        parts = [self.every()]
        while self.take("or"):
            parts.append(self.every())
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def every(self) -> Node:
        parts = [self.single()]
        while self.take("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def single(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise wrong(_("A filter may be at most %(n)s levels deep.") % {"n": DEEPEST})
        found = self._negated_or_grouped()
        self.depth -= 1
        return found

    def _negated_or_grouped(self) -> Node:
        if self.take("not"):
            return Not(self.single())
        if self.take("("):
            inner = self.either()
            self.need(")")
            return inner
        return self.comparison(self.value())

    def comparison(self, field: str) -> Where:
        for sign, op in SIGNS.items():
            if self.take(sign):
                return Where(field, op, self.value())
        negative = self.take("not")
        if self.take("in"):
            return Where(field, "not_in" if negative else "in", self.listed())
        if self.take("between"):
            first = self.value()
            self.need("and")
            return Where(field, "not_between" if negative else "between", [first, self.value()])
        if self.take("within"):
            return Where(field, "not_within" if negative else "within", self.value())
        if self.take("has"):
            return Where(field, "has_not" if self.take("not") or negative else "has", self.value())
        if self.take("is"):
            if self.take("empty"):
                return Where(field, "empty")
            if self.take("filled"):
                return Where(field, "filled")
            negative = self.take("not")
            if self.peek().lower() == "missing" and self.peek(1).lower() == "because":
                self.at += 2
                return Where(field, "not_missing" if negative else "missing", self.value())
            for word in ("verified", "pending"):
                if self.take(word):
                    return Where(field, f"not_{word}" if negative else word)
            return Where(field, "is_not" if negative else "is", self.value())
        raise wrong(_("After “%(field)s” a comparison such as = or “is empty” is needed.") % {"field": field})

    def listed(self) -> list[str]:
        self.need("(")
        found = [self.value()]
        while self.take(","):
            found.append(self.value())
        self.need(")")
        return found


def parse_text(text: str) -> Node:
    """The tree that a text means; raises Wrong with the place that cannot be read."""
    reader = _Reader(text)
    if not reader.tokens or len(reader.tokens) > 1000:
        raise wrong(_("Write at least one comparison, for example: name ~ \"light\"."))
    node = reader.either()
    if reader.at < len(reader.tokens):
        raise wrong(_("The filter cannot be read from “%(rest)s” on.") % {"rest": reader.tokens[reader.at][1][:20]})
    return node


def _word(value: Any) -> str:
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def to_text(node: Node, inside: str = "") -> str:
    """The text form of a tree; `parse_text` gives the same tree back."""
    match node:
        case All(parts):
            text = " and ".join(to_text(part, "all") for part in parts)
            return f"({text})" if inside in ("all", "not") else text
        case Any_(parts):
            text = " or ".join(to_text(part, "any") for part in parts)
            return f"({text})" if inside else text
        case Not(part):
            return f"not {to_text(part, 'not')}"
        case Where(field, op, value):
            return _comparison(field, op, value)
        case Found():
            raise TypeError("what a search found has no text form")


def _comparison(field: str, op: str, value: Any) -> str:
    if op in _SIGN_OF:
        return f"{field} {_SIGN_OF[op]} {_word(value)}"
    no = "not " if op.startswith("not_") else ""
    base = op.removeprefix("not_")
    if base in ("empty", "filled", "verified", "pending"):
        return f"{field} is {no}{base}"
    if base == "missing":
        return f"{field} is {no}missing because {_word(value)}"
    if base in ("in", "between"):
        words = [_word(one) for one in value]
        return f"{field} {no}in ({', '.join(words)})" if base == "in" else f"{field} {no}between {words[0]} and {words[1]}"
    if op in ("has", "has_not"):
        return f"{field} has {'not ' if op == 'has_not' else ''}{_word(value)}"
    if base in ("contains", "starts"):
        return f"not {field} {'~' if base == 'contains' else '^'} {_word(value)}"
    return f"{field} {no}{base} {_word(value)}"
