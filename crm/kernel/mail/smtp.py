"""The mail server, as KITH_SMTP_URL names it."""

from dataclasses import dataclass
from email.utils import formataddr
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

TIMEOUT = 20


@dataclass(frozen=True, slots=True)
class Server:
    """`security`: "" (none), "tls" (from the first byte) or "starttls"."""

    host: str
    port: int
    user: str
    password: str
    security: str
    sender: str


_SCHEMES = {"smtp": ("", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


def server() -> Server | None:
    """The server of KITH_SMTP_URL, None where mail is not set up.

    `smtp://`, `smtp+starttls://` or `smtps://`, then `user:password@host:port` and `?from=crm@company.com`.
    """
    url = urlsplit(settings.SMTP_URL)
    if url.scheme not in _SCHEMES or not url.hostname:
        return None
    security, port = _SCHEMES[url.scheme]
    user = unquote(url.username or "")
    sender = parse_qs(url.query).get("from", [user if "@" in user else f"kith@{url.hostname}"])[0]
    return Server(url.hostname, url.port or port, user, unquote(url.password or ""), security, sender)


def configured() -> bool:
    """Whether Kith can send mail."""
    return server() is not None


def transmit(letter_id: UUID, to: str, subject: str, text: str, html: str, sender_name: str) -> None:
    """Hands one letter to the mail server. Raises smtplib.SMTPException or OSError where that does not take it.

    The letter's id is its Message-ID: a letter that had to be sent twice shows as one in most mail programs.
    """
    found = server()
    if found is None:
        raise OSError("KITH_SMTP_URL does not name a mail server")
    backend = EmailBackend(
        host=found.host,
        port=found.port,
        username=found.user,
        password=found.password,
        timeout=TIMEOUT,
        use_tls=found.security == "starttls",
        use_ssl=found.security == "tls",
    )
    domain = found.sender.rpartition("@")[2] or found.host
    message = EmailMultiAlternatives(
        one_line(subject),
        text,
        formataddr((one_line(sender_name), found.sender)),
        [to],
        connection=backend,
        headers={"Message-ID": f"<{letter_id.hex}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


def one_line(text: str) -> str:
    """A header's value: a name or subject with line breaks could smuggle headers in."""
    return " ".join(text.split())
