"""Bytes to text: by what is declared where that fits, else by what the bytes look like."""

import codecs
import re

from charset_normalizer import from_bytes

#: What senders write → what they mean. The larger set of a family reads whatever the smaller one holds.
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "gb_2312-80": "gb18030", "hz-gb-2312": "hz",
    "big5": "cp950", "x-x-big5": "cp950", "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso-8859-9": "cp1254", "iso-8859-8-i": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8",
}  # fmt: skip
#: Names that say nothing, and sets that any bytes fit into.
_SILENT = frozenset({"", "us-ascii", "ascii", "8bit", "7bit", "unknown-8bit", "x-unknown", "unknown", "default", "none", "x-user-defined"})
_ANY = frozenset({"cp1252", "iso-8859-15", "cp1254"})
#: Codecs of Python that are no character sets.
_NO_CHARSETS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "unicode_internal", "mbcs", "oem"})
_GUESSED = ["utf_8", "gb18030", "big5", "cp932", "euc_jp", "cp949", "koi8_r", "cp1251", "cp1252", "cp1250", "iso8859_7", "cp1255", "cp1256"]
_ENOUGH = 48
_SAMPLE = 50_000


def decode(raw: bytes, declared: str | None = None) -> str:
    """The text. What is declared wins where the bytes fit it; bytes that fit nothing lose their strange signs, never more."""
    if raw.startswith(codecs.BOM_UTF8):
        return raw[3:].decode("utf-8", "replace")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(raw) % 2 == 0:
        return raw.decode("utf-16", "replace")
    meant = _codec(declared)
    if raw.isascii() and not (meant and meant.startswith(("iso2022", "hz", "utf-7", "utf-16"))) and b"\x1b$" not in raw:
        return raw.decode("ascii")
    if meant in _ANY or meant is None:
        return _undeclared(raw, meant)
    try:
        return raw.decode(meant)
    except (UnicodeError, ValueError):
        loose = raw.decode(meant, "replace")
        return loose if loose.count("\ufffd") * 50 < len(loose) else _undeclared(raw, None)


def _codec(declared: str | None) -> str | None:
    name = (declared or "").strip().strip("\"'").lower()
    if name in _SILENT:
        return None
    name = _MEANT.get(name, name)
    try:
        found = codecs.lookup(name)
        if found.name in _NO_CHARSETS or not found._is_text_encoding:  # base64, rot13 and their like
            return None
    except (LookupError, ValueError):
        return None
    return name


def _undeclared(raw: bytes, loose: str | None) -> str:
    """`loose`: a declared set into which any bytes fit, believed only where nothing speaks against it."""
    try:
        if b"\x1b$" not in raw:
            return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for escaped in ("iso2022_jp_ext", "iso2022_kr"):
        if b"\x1b$" in raw:
            try:
                return raw.decode(escaped)
            except UnicodeError:
                continue
    found = _guess(raw)
    if loose is not None and not _eastern(raw):
        found = loose
    return raw.decode(found or loose or "cp1252", "replace")


def _guess(raw: bytes) -> str | None:
    high = sum(byte > 127 for byte in raw[:_SAMPLE])
    if _eastern(raw) or high < _ENOUGH:
        return _by_frequency(raw)
    best = from_bytes(raw[:_SAMPLE], cp_isolation=_GUESSED).best()
    return best.encoding if best is not None else _by_frequency(raw)


_GB = re.compile(rb"[\xb0-\xd7\xa1-\xa3][\xa1-\xfe]")
_BIG5 = re.compile(rb"[\xa4-\xc6\xa1][\x40-\x7e\xa1-\xfe]")
_SJIS = re.compile(rb"[\x82-\x83\x88-\x97][\x40-\x7e\x80-\xfc]")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")


def _pairs(raw: bytes, strict: re.Pattern[bytes], codec: str) -> float:
    """The share of double bytes that are among the frequent signs of a set; 0 where the bytes do not fit it at all."""
    try:
        raw.decode(codec)
    except UnicodeError:
        return 0.0
    pairs = _PAIR.findall(raw[:_SAMPLE])
    return sum(strict.fullmatch(pair) is not None for pair in pairs) / len(pairs) if pairs else 0.0


def _eastern(raw: bytes) -> bool:
    """Whether the high bytes come in pairs that are frequent Chinese or Japanese signs, as no western text has them."""
    high = sum(byte > 127 for byte in raw[:_SAMPLE])
    runs = sum(len(run) for run in re.findall(rb"[\x80-\xff]{2,}", raw[:_SAMPLE]))
    frequent = max(_pairs(raw, _GB, "gb18030"), _pairs(raw, _BIG5, "cp950"), _pairs(raw, _SJIS, "cp932"))
    return high >= 4 and runs > high * 0.8 and frequent > 0.85 and not _cyrillic(raw)


def _by_frequency(raw: bytes) -> str | None:
    """For a few words: the set in which most of them are frequent signs."""
    cyrillic = _cyrillic(raw)
    if cyrillic:
        return cyrillic
    shares = {codec: _pairs(raw, strict, codec) for codec, strict in (("gb18030", _GB), ("cp950", _BIG5), ("cp932", _SJIS))}
    best = max(shares, key=lambda codec: shares[codec])
    return best if shares[best] > 0.6 else None


_FREQUENT = frozenset("оеаинтсрвлкмдпуяыьгзбчйОЕАИНТСРВЛКМДПУЯЫЬГЗБЧЙ")


def _cyrillic(raw: bytes) -> str | None:
    """koi8-r or cp1251, where nearly all high bytes are letters with small ones after the first; else None."""
    for codec in ("koi8_r", "cp1251"):
        words = re.findall(r"[А-яЁё]{3,}", raw[:_SAMPLE].decode(codec, "replace"))
        letters = "".join(words)
        high = sum(byte > 127 for byte in raw[:_SAMPLE])
        small = sum(word[1:].islower() for word in words)
        if words and len(letters) > high * 0.8 and small > len(words) * 0.8 and sum(c in _FREQUENT for c in letters) > len(letters) * 0.75:
            return codec
    return None
