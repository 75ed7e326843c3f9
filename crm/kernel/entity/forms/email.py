"""E-mail addresses: one address, in small letters."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.forms.domain import host_of, readable_host
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

_LONGEST = 254
_NAMED = re.compile(r"[^<>]*<\s*([^<>]+?)\s*>")
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}")


def parse_email(raw: object, reading: Reading) -> str:
    """ "name@company.com" in small letters; "" where it is blank. Takes "Name <a@b.c>" and "mailto:" too."""
    text = unicodedata.normalize("NFKC", clean(as_text(raw))).strip()
    if blank(text, reading):
        return ""
    named = _NAMED.fullmatch(text)
    address = (named[1] if named else text).casefold().removeprefix("mailto:").replace("。", ".").strip()
    if address.count("@") > 1 and re.search(r"[;,\s|/]", address):
        raise FieldError(_("One address belongs here; add the other one as a second e-mail."))
    local, at, host = address.rpartition("@")
    if not at:
        raise FieldError(_("An e-mail address looks like name@company.com; this has no @."))
    if len(address) > _LONGEST:
        raise FieldError(_("An e-mail address has at most 254 characters; this has %(count)s."), count=len(address))
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise FieldError(_("Before the @ stand letters, digits, dots and dashes, as in name@company.com."))
    domain = host_of(host)
    if domain is None or "." not in domain or domain.rpartition(".")[2].isdigit():
        raise FieldError(_("After the @ stands the company's domain, as in name@company.com."))
    return f"{local}@{domain}"


def show_email(value: str, reading: Reading) -> str:
    """The address, its domain in its own script where that is safe to read; "" for blank."""
    local, at, host = (value or "").rpartition("@")
    return f"{local}{at}{readable_host(host)}"
