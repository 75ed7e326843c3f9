"""Letters go through a job to a real mail server."""

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from crm.kernel.mail.actions import configured, send
from crm.kernel.mail.models import Letter
from crm.kernel.queue.models import Task
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs


class Box:
    """What the server received. Addresses at nobody.example are refused for good, those at later.example once."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.later = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address.endswith("@nobody.example"):
            return "550 no such person"
        if address.endswith("@later.example") and not self.later:
            self.later += 1
            return "450 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def box() -> Iterator[Box]:
    """A mail server on a free port, and Kith set up for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    received = Box()
    server = Controller(received, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with override_settings(SMTP_URL=f"smtp://127.0.0.1:{port}?from=crm@kith.example"):
            yield received
    finally:
        server.stop()


def test_a_letter_arrives_after_the_commit_and_its_text_is_wiped(north: Company, box: Box) -> None:
    with north.as_("admin"):
        letter_id = send("li@kith.example", "您好 invitation", "Open https://kith.example/x", "<p>Open</p>")
        assert box.letters == []
    (task,) = run_jobs(north.id)
    assert task.state == Task.DONE
    (letter,) = box.letters
    assert letter["Subject"] == "您好 invitation"
    assert (letter["To"], letter["From"].addresses[0].addr_spec) == ("li@kith.example", "crm@kith.example")
    assert letter["From"].addresses[0].display_name.startswith("Northlight")
    assert letter["Message-ID"] == f"<{letter_id.hex}@kith.example>"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]
    with north.as_("admin"):
        kept = Letter.objects.get(id=letter_id)
    assert (kept.text, kept.html) == ("", "")
    assert kept.sent_at is not None


def test_a_subject_cannot_smuggle_headers_in(north: Company, box: Box) -> None:
    with north.as_("admin"):
        send("li@kith.example", "Hello\r\nBcc: all@kith.example", "text")
    run_jobs(north.id)
    assert box.letters[0]["Bcc"] is None
    assert box.letters[0]["Subject"] == "Hello Bcc: all@kith.example"


def test_a_server_that_asks_to_wait_is_asked_again(north: Company, box: Box) -> None:
    with north.as_("admin"):
        send("li@later.example", "Hello", "text")
    (task,) = run_jobs(north.id)
    assert (task.state, task.attempt, len(box.letters)) == (Task.DONE, 2, 1)


def test_an_address_that_is_refused_for_good_fails_with_a_sentence(north: Company, box: Box) -> None:
    with north.as_("admin"):
        send("li@nobody.example", "Hello", "text")
    (task,) = run_jobs(north.id)
    assert (task.state, task.attempt) == (Task.FAILED, 1)
    assert "li@nobody.example" in task.failure


@override_settings(SMTP_URL="")
def test_without_a_mail_server_it_says_so(north: Company) -> None:
    assert not configured()
    with north.as_("admin"):
        send("li@kith.example", "Hello", "text")
    (task,) = run_jobs(north.id)
    assert "KITH_SMTP_URL" in task.failure
