"""One mail file: read by Python's parser, with repairs for what senders do wrong and bounds for what attackers do right."""

import datetime
import hashlib
import re
from dataclasses import dataclass, field
from email import errors, message_from_bytes, policy
from email.message import Message
from typing import Any

from crm.customers.letters import headers
from crm.customers.letters.bodies import apart, reflowed, text_of_html, tidy
from crm.customers.letters.charsets import decode

#: The largest mail, in bytes; the longest text that is kept, in characters.
MOST = 25 * 2**20
LONGEST = 20_000
_MOST_LINES = 600_000
_MOST_BOUNDARIES = 5_000
_MOST_PARTS = 400
_MOST_FILES = 100
_DEEPEST = 30
_LONGEST_HEAD = 60_000
_LONGEST_TECHNICAL = 4_000
#: A file without any of these head lines is something else.
_OF_MAILS = frozenset("from to cc subject date message-id received sender reply-to return-path references".split())
#: What Python's parser throws at hostile head lines.
_TROUBLE = (ValueError, LookupError, AttributeError, TypeError, AssertionError, errors.MessageError)


class Unreadable(Exception):
    """The file is no mail, or one that is not taken in; `reason` is one of empty, large, long, nested, foreign."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody on an address line; `address` in small letters, `name` may be ""."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail; its name is as the sender wrote it, its type is not believed."""

    name: str
    content: bytes


@dataclass(slots=True)
class Letter:
    """What a mail says. `text` is what was written, `quoted` what it repeats of earlier mails. `digest` is of the whole file."""

    digest: str
    subject: str = ""
    sender: Party | None = None
    to: list[Party] = field(default_factory=list)
    cc: list[Party] = field(default_factory=list)
    sent_at: datetime.datetime | None = None
    message_id: str = ""
    text: str = ""
    quoted: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    left_out: int = 0


class _Policy(policy.EmailPolicy):
    """Head lines are cut before anything reads them: reading them costs more than their length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[: _LONGEST_TECHNICAL if name.lower().startswith("content-") else _LONGEST_HEAD]


_POLICY = _Policy(utf8=True)


def read(raw: bytes) -> Letter:
    """The letter in a file. Raises Unreadable, and nothing else."""
    _bound(raw)
    try:
        message = message_from_bytes(_repaired(raw), policy=_POLICY)
        lines = _lines(message)
        if not lines.keys() & _OF_MAILS:
            raise Unreadable("foreign")
        letter = Letter(hashlib.sha256(raw).hexdigest())
        _head(letter, lines)
        _Parts(letter).take(message)
    except RecursionError:
        raise Unreadable("nested") from None
    except (*_TROUBLE, MemoryError):
        raise Unreadable("foreign") from None
    return letter


def _bound(raw: bytes) -> None:
    if not raw.strip():
        raise Unreadable("empty")
    if len(raw) > MOST:
        raise Unreadable("large")
    if raw.count(b"\n") + raw.count(b"\r") > 2 * _MOST_LINES or raw.count(b"\n--") > _MOST_BOUNDARIES:
        raise Unreadable("long")


def _repaired(raw: bytes) -> bytes:
    """Without what mailboxes put before the head: a "From " line, blank lines, a byte order mark."""
    found = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if found.startswith((b"From ", b">From ")):
        found = found.partition(b"\n")[2]
    return found


def _lines(message: Message) -> dict[str, list[str]]:
    """{name in small letters: the raw values}."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        found.setdefault(name.strip().lower(), []).append(str(value))
    return found


def _head(letter: Letter, lines: dict[str, list[str]]) -> None:
    letter.subject = headers.plain(headers.words(lines.get("subject", [""])[0]), 300)
    senders = [Party(*one) for name in ("from", "sender", "reply-to", "return-path") for one in headers.people(lines.get(name, []))]
    letter.sender = senders[0] if senders else None
    letter.to = [Party(*one) for one in headers.people(lines.get("to", []))]
    letter.cc = [Party(*one) for one in headers.people(lines.get("cc", []))]
    letter.sent_at = next((at for raw in lines.get("date", []) if (at := headers.moment(raw))), None) or _received(lines)
    found = re.search(r"<([^<>\s]{1,400})>", headers.plain(lines.get("message-id", [""])[0]))
    letter.message_id = found[1] if found else headers.plain(lines.get("message-id", [""])[0], 400)


def _received(lines: dict[str, list[str]]) -> datetime.datetime | None:
    for line in lines.get("received", []):
        at = headers.moment(headers.unfolded(line).rpartition(";")[2])
        if at is not None:
            return at
    return None


_BOUNDARY = re.compile(rb"^--([^\r\n\"\\]{1,200}?)[ \t]*\r?$(?=[\s\S]{0,2000}?^Content-)", re.MULTILINE)


class _Parts:
    """A walk over the parts: texts to read, files to keep."""

    def __init__(self, letter: Letter) -> None:
        self.letter, self.seen = letter, 0
        self.texts: list[str] = []

    def take(self, message: Message) -> None:
        self._part(message, 0)
        whole = tidy(headers_safe("\n\n".join(text for text in self.texts if text.strip())))
        self.letter.text, quoted = apart(whole)
        self.letter.text = self.letter.text[:LONGEST]
        self.letter.quoted = quoted[: 5 * LONGEST]

    def _part(self, part: Message, depth: int) -> None:
        self.seen += 1
        if depth > _DEEPEST:
            raise Unreadable("nested")
        if self.seen > _MOST_PARTS:
            self.letter.left_out += 1
            return
        kind, inside = _kind(part), _inside(part)
        if kind == "message/rfc822" and inside:
            self._file(part, _subject_of(inside[0]), _source(inside[0]))
        elif kind == "multipart/alternative" and inside is not None:
            self._alternative(inside, depth)
        elif inside is not None:
            for one in inside:
                self._part(one, depth + 1)
        elif kind.startswith("multipart/"):
            self._mended(part, depth)
        elif kind in ("text/plain", "text/html") and not _is_file(part):
            self.texts.append(_text(part, kind))
        else:
            self._file(part, "", _bytes(part))

    def _alternative(self, parts: list[Message], depth: int) -> None:
        """The plain text where it says something, else the HTML; files of the others are kept."""
        before = len(self.texts)
        readable: dict[str, str] = {}
        for one in parts:
            kind = _kind(one)
            if kind in ("text/plain", "text/html") and not _is_file(one) and not one.is_multipart():
                readable.setdefault(kind, _text(one, kind))
            else:
                kept, self.texts = self.texts, []
                self._part(one, depth + 1)
                readable.setdefault("text/other", "\n".join(self.texts))
                self.texts = kept
        found = next((readable[kind] for kind in ("text/plain", "text/html", "text/other") if readable.get(kind, "").strip()), "")
        self.texts[before:] = [found]

    def _mended(self, part: Message, depth: int) -> None:
        """Many parts that the declared boundary does not part: by the boundary that is really there, else as text."""
        raw = _bytes(part)
        found = _BOUNDARY.search(raw)
        if found is None:
            self.texts.append(decode(raw))
            return
        head = b'Content-Type: multipart/mixed; boundary="' + found[1] + b'"\n\n'
        again = message_from_bytes(head + raw, policy=_POLICY)
        if again.is_multipart():
            self._part(again, depth + 1)
        else:
            self.texts.append(decode(raw))

    def _file(self, part: Message, name: str, content: bytes) -> None:
        if not content:
            return
        if len(self.letter.attachments) >= _MOST_FILES:
            self.letter.left_out += 1
            return
        self.letter.attachments.append(Attachment(_name(part) or name or f"{_kind(part).replace('/', '-')}", content))


def headers_safe(text: str) -> str:
    """Without NUL, lone surrogates and signs that turn text around; lines stay."""
    return "\n".join(headers.plain(line, 100_000) if not line.isprintable() else line for line in text.replace("\t", "    ").splitlines())


def _inside(part: Message) -> list[Message] | None:
    """The parts within a part; None where it has none."""
    found: Any = part.get_payload()
    return found if isinstance(found, list) else None


def _kind(part: Message) -> str:
    try:
        return str(part.get_content_type())
    except _TROUBLE:
        return "text/plain"


def _parameter(part: Message, name: str) -> str:
    try:
        return str(part.get_param(name, "") or "")
    except _TROUBLE:
        return ""


def _is_file(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(_name(part))
    except _TROUBLE:
        return False


def _raw(part: Message, name: str) -> str:
    return next((str(value) for key, value in part.raw_items() if key.lower() == name), "")


_NAMED = re.compile(r"(?:file)?name\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]+)", re.IGNORECASE)


def _name(part: Message) -> str:
    """The file's name: as the parser reads it (RFC 2231); what it cannot read is taken from the raw line."""
    for line in ("content-disposition", "content-type"):
        raw = headers.unfolded(_raw(part, line))
        plain = _NAMED.search(raw)
        if plain is not None:
            name = headers.plain(headers.words(plain[1].strip().strip('"')), 300)
            if name:
                return name
    try:
        found = part.get_filename()
    except _TROUBLE:
        found = None
    return headers.plain(headers.words(str(found)), 300) if found else ""


def _subject_of(message: Any) -> str:
    subject = headers.plain(headers.words(_lines(message).get("subject", [""])[0]), 80)
    return f"{re.sub(r'[/:*?<>|]', ' ', subject) or 'message'}.eml"


def _source(message: Any) -> bytes:
    try:
        return bytes(message.as_bytes(policy=policy.compat32))
    except (*_TROUBLE, UnicodeError):
        return b""


def _bytes(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except _TROUBLE:
        found = None
    if isinstance(found, bytes):
        return found
    raw = part.get_payload()
    return headers.as_bytes(raw) if isinstance(raw, str) else b""


def _text(part: Message, kind: str) -> str:
    text = decode(_bytes(part), _parameter(part, "charset"))
    if kind == "text/html":
        return text_of_html(text)
    if _parameter(part, "format").lower() == "flowed":
        return reflowed(text, _parameter(part, "delsp").lower() == "yes")
    return text
