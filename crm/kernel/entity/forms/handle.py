"""Handles in messengers and networks: 微信, QQ, WhatsApp and their like, each by its own rule."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.forms.errors import FieldError, Words
from crm.kernel.entity.forms.phone import parse_phone, show_phone
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, clean


@dataclass(frozen=True, slots=True)
class HandleKind:
    """`rule` is what a handle must look like, `right` says it in words, `link` opens it ("" where nothing can)."""

    name: str
    label: Words
    rule: str
    right: Words
    link: str = ""
    folded: bool = True
    phone: bool = False


_FREE = r"[^\s@/<>\"]{2,64}"
_ANY = _("A handle here has 2 to 64 characters without blanks.")
KINDS: dict[str, HandleKind] = {
    kind.name: kind
    for kind in (
        HandleKind(
            "wechat",
            _("WeChat"),
            r"[a-z][a-z0-9_-]{5,19}|[1-9][0-9]{4,11}",
            _("A WeChat id has 6 to 20 letters, digits, _ or -, a letter first; or it is a phone or QQ number."),
        ),
        HandleKind("qq", _("QQ"), r"[1-9][0-9]{4,11}", _("A QQ number has 5 to 12 digits and does not begin with 0.")),
        HandleKind("whatsapp", _("WhatsApp"), "", "", "https://wa.me/{digits}", phone=True),
        HandleKind("dingtalk", _("DingTalk"), _FREE, _ANY),
        HandleKind("wecom", _("WeCom"), _FREE, _ANY),
        HandleKind("feishu", _("Feishu"), _FREE, _ANY),
        HandleKind("line", _("LINE"), r"@?[a-z0-9._-]{3,20}", _("A LINE id has 3 to 20 letters, digits, dots, _ or -.")),
        HandleKind(
            "telegram",
            _("Telegram"),
            r"[a-z][a-z0-9_]{4,31}",
            _("A Telegram name has 5 to 32 letters, digits or _ and begins with a letter."),
            "https://t.me/{handle}",
        ),
        HandleKind("signal", _("Signal"), "", "", "https://signal.me/#p/{phone}", phone=True),
        HandleKind(
            "skype",
            _("Skype"),
            r"[a-z][a-z0-9.,_:-]{5,63}",
            _("A Skype name has 6 to 64 characters and begins with a letter."),
        ),
        HandleKind(
            "linkedin",
            _("LinkedIn"),
            r"[\w-]{3,100}",
            _("A LinkedIn name has 3 to 100 letters, digits or -."),
            "https://www.linkedin.com/in/{handle}",
        ),
        HandleKind(
            "x",
            _("X"),
            r"[a-z0-9_]{1,15}",
            _("A name on X has at most 15 letters, digits or _."),
            "https://x.com/{handle}",
        ),
        HandleKind(
            "facebook",
            _("Facebook"),
            r"[a-z0-9.]{5,50}",
            _("A Facebook name has 5 to 50 letters, digits or dots."),
            "https://www.facebook.com/{handle}",
        ),
        HandleKind(
            "instagram",
            _("Instagram"),
            r"[a-z0-9._]{1,30}",
            _("An Instagram name has at most 30 letters, digits, dots or _."),
            "https://www.instagram.com/{handle}",
        ),
        HandleKind("weibo", _("Weibo"), r"[\w-]{2,30}", _("A Weibo name has 2 to 30 characters without blanks."), folded=False),
        HandleKind("xiaohongshu", _("Xiaohongshu"), _FREE, _ANY, folded=False),
        HandleKind("douyin", _("Douyin"), _FREE, _ANY, folded=False),
        HandleKind("other", _("Other"), r"[^\s<>\"][^<>\"]{0,63}", _("A handle has at most 64 characters."), folded=False),
    )
}
HANDLE_KINDS: list[tuple[str, Words]] = [(kind.name, kind.label) for kind in KINDS.values()]
_PREFIX = re.compile(r"^(?:微信号?|wechat(?:\s*id)?|wx|qq|line(?:\s*id)?|skype|telegram)\s*[:：]\s*", re.IGNORECASE)
_PROFILE = re.compile(
    r"^(?:https?://)?(?:[a-z]+\.)?([a-z-]+)\.(?:com|me|org)/(?:in/|#p/)?@?([^/?#\s]+)/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?(?:[ -]?[0-9]){11,15}")
_SITES = {name: name for name in ("linkedin", "x", "facebook", "instagram", "signal")}
_SITES |= {"t": "telegram", "wa": "whatsapp", "twitter": "x"}


def parse_handle(raw: object, reading: Reading, kind: str = "other") -> str:
    """The handle in the normal form of its `kind` (see KINDS); "" where it is blank.

    A profile's address gives the name in it, a leading @ goes, letters become small where the service ignores case.
    """
    rule = KINDS.get(kind) or KINDS["other"]
    text = unicodedata.normalize("NFKC", clean(as_text(raw))).strip()
    text = _PREFIX.sub("", text)
    profile = _PROFILE.match(text)
    if profile and _SITES.get(profile[1].casefold()) == kind:
        text = profile[2]
    if not text:
        return ""
    if rule.phone:
        return parse_phone(text, reading)
    if kind == "wechat" and _PHONE.fullmatch(text):
        try:
            return parse_phone(text, reading)
        except FieldError:
            return _by_rule(text, rule)
    return _by_rule(text, rule)


def _by_rule(text: str, rule: HandleKind) -> str:
    handle = text if rule.name in ("line", "other") else text.removeprefix("@")
    handle = handle.casefold() if rule.folded else handle
    if not re.fullmatch(rule.rule, handle):
        raise FieldError(rule.right)
    return handle


def show_handle(value: str, reading: Reading, kind: str = "other") -> str:
    """The handle; where the kind goes by phone number, grouped as phones are."""
    by_phone = kind == "wechat" or (kind in KINDS and KINDS[kind].phone)
    return show_phone(value, reading) if by_phone and (value or "").startswith("+") else value or ""


def handle_link(value: str, kind: str) -> str:
    """The address that opens the handle; "" where there is none."""
    link = KINDS[kind].link if kind in KINDS else ""
    return link.format(handle=value, phone=value, digits=value.lstrip("+")) if value and link else ""
