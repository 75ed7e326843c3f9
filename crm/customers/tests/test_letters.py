"""Reading mail files: charsets, repairs, bounds; and the real sets."""

import os
from pathlib import Path

import pytest

from crm.customers.letters import MOST, Unreadable, read
from crm.customers.letters.bodies import apart, text_of_html

DATA = Path(os.environ.get("KITH_REAL_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")


def mail(body: bytes = b"Hello", *heads: bytes, subject: bytes = b"Hi") -> bytes:
    return b"\r\n".join([b"From: a@b.cn", b"Subject: " + subject, *heads, b"", body])


@pytest.mark.parametrize(
    ("charset", "declared", "text"),
    [
        ("gb2312", "gb2312", "关于采购合同的几点说明"),
        ("gb18030", "gb2312", "朱镕基喆堃：合同见附件"),
        ("gbk", "gbk", "您好，报价单已更新"),
        ("big5", "big5", "關於採購合約的說明"),
        ("iso2022_jp", "iso-2022-jp", "お見積りの件について"),
        ("shift_jis", "shift_jis", "お見積りの件について"),
        ("koi8_r", "koi8-r", "Договор поставки во вложении"),
        ("cp1251", "windows-1251", "Договор поставки во вложении"),
        ("utf_7", "utf-7", "合同 – Vertrag"),
        ("euc_kr", "ks_c_5601-1987", "견적서를 보냅니다"),
        # declared wrongly or not at all
        ("gbk", "us-ascii", "您好，报价单已经更新，请查收附件"),
        ("gbk", "iso-8859-1", "您好，报价单已经更新，请查收附件"),
        ("utf_8", "iso-8859-1", "您好，报价单已更新"),
        ("utf_8", "gb2312", "您好，报价单已更新。请您在本周五之前确认交货日期与付款方式，谢谢合作"),
        ("gb18030", "", "您好，报价单已经更新，请查收附件"),
        ("big5", "", "您好，報價單已經更新，請查收附件"),
        ("koi8_r", "", "Договор поставки во вложении, просим подписать"),
        ("cp1251", "", "Договор поставки во вложении, просим подписать"),
        ("iso2022_jp", "", "お見積りの件について"),
        ("cp1252", "", "Größe: 12 mm, Preis 30 € – schöne Grüße"),
        ("utf_8", "no-such-set", "您好"),
        ("cp1252", "iso-8859-1", "“Größe” – naïve café"),
    ],
)
def test_a_body_is_read_in_the_set_it_is_in(charset: str, declared: str, text: str) -> None:
    head = f'Content-Type: text/plain; charset="{declared}"' if declared else "Content-Type: text/plain"
    assert read(mail(text.encode(charset), head.encode(), b"Content-Transfer-Encoding: 8bit")).text == text


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?gb2312?B?1MvK5Lrez6w=?=", None),
        (b"=?utf-8?B?5ZCI5ZCM?= =?utf-8?B?6K+05piO?=", "合同说明"),
        (b"=?utf-8?B?5ZCI5Q==?= =?utf-8?B?kIw=?=", "合同"),  # a sign cut in two
        (b'"=?utf-8?Q?Gr=C3=BC=C3=9Fe?="', '"Grüße"'),
        ("报价".encode("gb18030"), "报价"),
        ("报价单".encode(), "报价单"),
        (b"=?utf-8?B?!!!?=", ""),
        (b"=?x-none?Q?plain?=", "plain"),
        (b"a\x00b\x1b[31mc", "ab[31mc"),
        ("safe\u202egpj.exe".encode(), "safegpj.exe"),
    ],
)
def test_subjects(raw: bytes, subject: str | None) -> None:
    found = read(mail(subject=raw)).subject
    assert found == subject if subject is not None else found and "\ufffd" not in found


def test_people_dates_and_names_of_files() -> None:
    letter = read(
        b"From: =?gbk?B?s8K+sg==?= <Chen.Jing@Acme.cn>\nTo: \"Li, Wei\" <li@x.cn>, wang@x.cn\nCc: undisclosed-recipients:;\n"
        b"Date: Mon, 2 Mar 2026 09:15:00 +0800\nMessage-ID: <abc@acme.cn>\nContent-Type: multipart/mixed; boundary=q\n\n"
        b"--q\nContent-Type: text/plain\n\nHello\n"
        b"--q\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%E5%90%88%E5%90%8C.pdf\n\n%PDF-1\n"
        b"--q\nContent-Type: image/png; name=\"=?utf-8?B?5Zu+?=.png\"\nContent-ID: <1>\n\nx\n--q--\n"
    )
    assert letter.sender is not None and (letter.sender.name, letter.sender.address) == ("陈静", "chen.jing@acme.cn")
    assert [(one.name, one.address) for one in letter.to] == [("Li, Wei", "li@x.cn"), ("", "wang@x.cn")] and letter.cc == []
    assert letter.sent_at is not None and letter.sent_at.isoformat() == "2026-03-02T01:15:00+00:00" and letter.message_id == "abc@acme.cn"
    assert [one.name for one in letter.attachments] == ["合同.pdf", "图.png"] and letter.text == "Hello"


def test_html_becomes_text_without_what_acts_or_loads() -> None:
    text = text_of_html(
        "<style>p{}</style><script>alert(1)</script><p onclick=x()>Dear&nbsp;Ada,<br>see <a href='https://acme.cn/q'>the offer</a></p>"
        "<img src='http://spy.example/p.gif' alt='Logo'><a href='javascript:x()'>no</a><ul><li>one<li>two</ul><blockquote>old</blockquote>"
    )
    assert text.startswith("Dear Ada,\nsee the offer (https://acme.cn/q)\n") and text.endswith("> old") and "• two" in text
    assert not any(word in text for word in ("alert", "spy", "javascript", "{}"))


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please.\n\nOn Mon, 2 Mar 2026 at 09:00, Ada <a@b.cn> wrote:\n> Shall we?",
        "Yes, please.\n\n-----Original Message-----\nFrom: Ada\nShall we?",
        "Yes, please.\n\n发件人: Ada\n发送时间: 2026年3月2日\n收件人: Bo\n\nShall we?",
        "Yes, please.\n\n在 2026-03-02，Ada 写道：\nShall we?",
        "Yes, please.\n\n> Shall we?\n>\n> Ada",
    ],
)
def test_what_a_reply_quotes_is_set_apart(text: str) -> None:
    own, quoted = apart(text)
    assert own == "Yes, please." and "Shall we?" in quoted


def test_a_mail_that_is_all_quote_stays_whole() -> None:
    assert apart("> only\n> this") == ("> only\n> this", "")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"%PDF-1.7 \x00\x01", "foreign"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, "foreign"),
        (b"PK\x03\x04" + b"\x00" * 500, "foreign"),
        (b"just some words\nand more", "foreign"),
        (b"From: a@b.cn\n\n" + b"x" * MOST, "large"),
        (b"From: a@b.cn\n" + b"\n" * 1_300_000, "long"),
    ],
)
def test_what_is_no_mail_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(raw)
    assert refusal.value.reason == reason


def _nested(depth: int) -> bytes:
    out = b"From: a@b.cn\n"
    for at in range(depth):
        out += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at)
    return out + b"\nend"


@pytest.mark.parametrize(
    "raw",
    [
        _nested(2000),
        b"From: a@b.cn\n" + b"Content-Type: message/rfc822\n\n" * 3000,
        b"From: " + b"<" * 60_000 + b"\nSubject: x\n\ny",
        b"From: " + b'"a" <a@b.cn>,' * 20_000 + b"\n\ny",
        b"From: a@b.cn\nContent-Type: " + b"text/plain; a=b; " * 50_000 + b"\n\ny",
        b"From: a@b.cn\nContent-Type: multipart/mixed; boundary=q\n\n" + b"--q\n\nx\n" * 50_000,
        b"From: a@b.cn\nContent-Type: text/html\n\n" + b"<div>" * 200_000,
        b"From: a@b.cn\nContent-Type: text/plain; charset=idna\n\n" + b"\xff" * 20_000,
        b"From: a@b.cn\nSubject: " + b"=?utf-8?Q?=41?= " * 20_000 + b"\n\n",
        b"From: a@b.cn\nContent-Transfer-Encoding: base64\n\n!!!!",
        b"From: a@b.cn\nDate: Mon, 99 Foo 99999 99:99:99 +9999999\n\n",
    ],
)
def test_hostile_files_end_soon_in_a_letter_or_a_refusal(raw: bytes) -> None:
    try:
        letter = read(raw)
    except Unreadable:
        return
    assert len(letter.attachments) <= 100 and len(letter.text) <= 20_000 and len(letter.to) <= 300


# What the sets know of themselves: file → (subject, the beginning of the text, names of attachments).
KNOWN = {
    "eml_mail_gem/multi_charset/japanese_iso_2022.eml": ("まみむめも", "すみません。", []),
    "eml_mail_gem/multi_charset/japanese_shift_jis.eml": ("test", "あいうえお", []),
    "eml_mail_gem/multi_charset/ks_c_5601-1987.eml": ("test", "스티해", []),
    "eml_mail_gem/multi_charset/japanese_attachment.eml": ("testing", "testing", ["てすと.txt"]),
    "eml_mail_gem/rfc6532/utf8_headers.eml": ("Säying Hello", "body", []),
    "eml_mail_gem/plain_emails/raw_email.eml": ("NOTE: 한국말로 하는 것", "대부분의 마찬가지로", []),
    "eml_mail_gem/attachment_emails/attachment_with_quoted_filename.eml": ("Eelanalüüsi päring", "", ["Eelanalüüsi päring.jpg"]),
    "eml_mail_gem/attachment_emails/attachment_with_base64_encoded_name.eml": (
        "Fwd: Signed email causes file attachments", "We should not include", ["This is a test.pdf"],
    ),
    "eml_mail_gem/error_emails/invalid_subject_characters.eml": (None, "TEST", []),
    "eml_mail_gem/rfc2822/example01.eml": ("Saying Hello", 'This is a message just to say hello.\nSo, "Hello".', []),
    "eml_cpython/msg_01.eml": ("This is a test message", "Hi,\n\nDo you like this message?", []),
    "eml_cpython/msg_07.eml": ("Here is your dingus fish", "Hi there,", ["dingusfish.gif"]),
    "eml_cpython/msg_26.eml": ("IMAP file test", "Simple email with attachment.", ["clock.bmp"]),
    "eml_cpython/msg_17.eml": ("Here is your dingus fish", "Hi there,", []),
}  # fmt: skip
#: Fragments of the sets without one head line of a mail.
REFUSED = {"msg_18.eml", "msg_19.eml", "msg_37.eml", "msg_38.eml", "msg_39.eml", "msg_40.eml", "example13.eml"}


@pytest.mark.real
def test_the_real_sets(capsys: pytest.CaptureFixture[str]) -> None:
    refused, letters = set(), {}
    files = sorted(path for name in ("eml_mail_gem", "eml_cpython") for path in (DATA / name).rglob("*.eml"))
    if not files:
        pytest.skip("the real data sets are not on this machine")
    assert len(files) > 140
    for path in files:
        try:
            letters[str(path.relative_to(DATA))] = read(path.read_bytes())
        except Unreadable:
            refused.add(path.name)
    with capsys.disabled():
        print(f"\n{len(letters)} mails read, {len(refused)} refused: {' '.join(sorted(refused))}")  # noqa: T201
    assert refused == REFUSED
    for name, (subject, text, names) in KNOWN.items():
        letter = letters[name]
        assert subject is None or letter.subject == subject, name
        assert letter.text.startswith(text), name
        assert [one.name for one in letter.attachments] == names, name
