"""Web addresses: http and https only, https where nothing is said."""

import ipaddress
import re
import unicodedata
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.forms.domain import host_of, readable_host
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

LONGEST = 2000
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?![0-9]{1,5}(?:[/?#]|$))", re.IGNORECASE)
_KEPT_SIGNS = "/%:@!$&'()*+,;=~-._?"


def parse_url(raw: object, reading: Reading) -> str:
    """ "https://host/path", the host in ASCII small letters, the rest percent-encoded; "" where it is blank."""
    text = clean(as_text(raw))
    if blank(text, reading):
        return ""
    if len(text) > LONGEST:
        raise FieldError(
            _("A web address has at most %(most)s characters; this has %(count)s."),
            most=LONGEST,
            count=len(text),
        )
    if re.search(r"[\s<>\"\\^`{|}]", text):
        raise FieldError(_("A web address has no blanks, quotes or brackets, as in https://company.com."))
    scheme = _SCHEME.match(unicodedata.normalize("NFKC", text))
    if scheme and scheme[1].casefold() not in ("http", "https"):
        raise FieldError(_("A web address begins with https:// or http://, as in https://company.com."))
    return _built(text if scheme else f"https://{text.lstrip('/')}", bool(scheme))


def _built(text: str, explicit: bool) -> str:
    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise _shaped() from None
    if parts.username is not None or parts.password is not None:
        raise FieldError(_("A web address is kept without name and password; remove what stands before the @."))
    site = _site(host)
    if site is None or (not explicit and "." not in site):
        raise _shaped()
    usual = {"http": 80, "https": 443}[parts.scheme]
    where = site if port in (None, usual) else f"{site}:{port}"
    path = quote(parts.path, safe=_KEPT_SIGNS)
    query = f"?{quote(parts.query, safe=_KEPT_SIGNS)}" if parts.query else ""
    anchor = f"#{quote(parts.fragment, safe=_KEPT_SIGNS)}" if parts.fragment else ""
    if path == "/" and not query and not anchor:
        path = ""
    address = f"{parts.scheme}://{where}{path}{query}{anchor}"
    if len(address) > 3 * LONGEST:
        raise _shaped()
    return address


def _site(host: str) -> str | None:
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            return None
    known = host_of(unicodedata.normalize("NFKC", host))
    if known is None or not known.rpartition(".")[2].isdigit():
        return known
    try:
        return str(ipaddress.IPv4Address(known))
    except ValueError:
        return None


def _shaped() -> FieldError:
    return FieldError(_("A web address looks like company.com or https://company.com/page."))


def show_url(value: str, reading: Reading) -> str:
    """Without "https://", the host in its own script where that is safe to read; "" for blank."""
    if not value:
        return ""
    parts = urlsplit(value)
    host = parts.hostname or ""
    if parts.scheme != "https" or "." not in host or ":" in host:
        return value
    rest = value[len("https://") + len(host) :]
    return f"{readable_host(host)}{rest}"
