"""Texts of mails: HTML made safe and read as text, and what a reply quotes set apart."""

import re
from html.parser import HTMLParser

import nh3

_BLOCKS = frozenset("p div br tr li ul ol table h1 h2 h3 h4 h5 h6 pre hr blockquote dl dt dd".split())
_KEPT = {*_BLOCKS, "a", "td", "th", "b", "i", "em", "strong", "span", "img"}
#: Reading HTML costs the square of its depth and of the attributes of one tag: beyond these, tags are just dropped.
_LONGEST_HTML = 2**20
_DEEPEST_HTML = 400
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]{0,4000}>")
_LONG_TAG = re.compile(r"<[^<>]{4000,}>?")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_VOID = frozenset("br hr img input meta link wbr area base col embed source track".split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[tuple[str, int]] = []
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "blockquote":
            self.quotes += 1
        if tag in _BLOCKS:
            self._line("\n\n" if tag in ("p", "blockquote", "table") else "\n")
        if tag == "li":
            self.parts.append("• ")
        if tag in ("td", "th"):
            self.parts.append(" ")
        if tag == "img" and given.get("alt"):
            self.parts.append(f"[{given['alt']}]")
        if tag == "a":
            self.links.append((given.get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote" and self.quotes:
            self._line("\n")
            self.quotes -= 1
        elif tag in _BLOCKS:
            self._line("\n")
        elif tag == "a" and self.links:
            address, at = self.links.pop()
            said = "".join(self.parts[at:]).strip()
            if address.startswith(("http://", "https://")) and said and said not in address:
                self.parts.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"[ \t\r\n\xa0]+", " ", data))

    def _line(self, gap: str) -> None:
        self.parts.append(gap + "> " * min(self.quotes, 3))


def text_of_html(html: str) -> str:
    """What a reader of the page would read, quotes marked with ">". No script, no style, nothing is fetched."""
    html = _LONG_TAG.sub("", html[:_LONGEST_HTML])
    if _too_deep(html):
        return tidy(_ANY_TAG.sub(" ", html))
    safe = nh3.clean(
        html,
        tags=_KEPT,
        clean_content_tags={"script", "style", "title", "noscript", "template"},
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes={"http", "https", "mailto"},
    )
    reader = _Reader()
    reader.feed(safe)
    reader.close()
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in "".join(reader.parts).split("\n")]
    return tidy("\n".join("" if re.fullmatch(r"[> ]*", line) else line for line in lines))


def _too_deep(html: str) -> bool:
    """Whether more elements are open at once than any letter has."""
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _VOID:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _DEEPEST_HTML:
            return True
    return False


def tidy(text: str) -> str:
    """Line ends made one kind, no blanks at line ends, at most one empty line in a row."""
    lines = [line.rstrip() for line in re.sub(r"\r\n?", "\n", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def reflowed(text: str, drop_blank: bool) -> str:
    """A "format=flowed" text with its paragraphs in one line each."""
    out: list[str] = []
    open_ = False
    for line in re.sub(r"\r\n?", "\n", text).split("\n"):
        bare = line[1:] if line.startswith(" ") else line
        quoted = bare.startswith(">")
        if open_ and not quoted and bare != "-- ":
            out[-1] += bare
        else:
            out.append(bare)
        open_ = bare.endswith(" ") and not quoted and bare != "-- "
        if open_ and drop_blank:
            out[-1] = out[-1][:-1]
    return "\n".join(out)


_INTRODUCTIONS = re.compile(
    r"^(?:"
    r"-{2,} ?(?:Original Message|Forwarded message|原始邮件|原邮件|原始郵件|转发邮件|Ursprüngliche Nachricht|Message d'origine)\b.*"
    r"|(?:On|Am|Le|El|Il)\b.{6,200}(?:wrote|schrieb|a écrit|escribió|ha scritto)\s*:"
    r"|.{0,200}(?:写道|寫道|のメール)\s*[:：]"
    r"|_{20,}"
    r"|(?:From|发件人|寄件者|差出人)\s*[:：].{3,200}\n(?:.{0,300}\n){0,2}?(?:Sent|Date|To|发送时间|日期|收件人|寄件日期|日時)\s*[:：]"
    r")",
    re.MULTILINE,
)


def apart(text: str) -> tuple[str, str]:
    """(what was written, what was quoted below it). Only a quote at the end is set apart; a mail of quotes stays whole."""
    found = _INTRODUCTIONS.search(text)
    cut = found.start() if found is not None else len(text)
    lines = text[:cut].split("\n")
    last = len(lines)
    while last and (lines[last - 1].startswith(">") or not lines[last - 1].strip()):
        last -= 1
    if any(line.startswith(">") for line in lines[last:]):
        cut = len("\n".join(lines[:last]))
    own, quoted = text[:cut].rstrip(), text[cut:].strip("\n")
    return (own, quoted) if own.strip() else (text, "")
