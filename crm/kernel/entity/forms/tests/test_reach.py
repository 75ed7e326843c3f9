"""E-mail, web addresses and handles: safe to keep, safe to click."""

import pytest

from crm.kernel.entity.forms.email import parse_email, show_email
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.handle import KINDS, handle_link, parse_handle, show_handle
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.url import parse_url, show_url


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Chen.Jing@Kith.Example", "chen.jing@kith.example"),
        ("Chen Jing <chen@kith.example>", "chen@kith.example"),
        ("mailto:chen@kith.example", "chen@kith.example"),
        ("ｃｈｅｎ＠ｋｉｔｈ。cn", "chen@kith.cn"),
        ("陈静@公司.cn", "陈静@xn--55qx5d.cn"),
        ("", ""),
    ],
)
def test_an_email(raw: str, kept: str, english: Reading) -> None:
    assert parse_email(raw, english) == kept
    assert parse_email(show_email(kept, english), english) == kept


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("chen.kith.example", "An e-mail address looks like name@company.com; this has no @."),
        ("chen@kith", "After the @ stands the company's domain, as in name@company.com."),
        ("chen jing@kith.cn", "Before the @ stand letters, digits, dots and dashes, as in name@company.com."),
        ("a@b.cn; c@d.cn", "One address belongs here; add the other one as a second e-mail."),
    ],
)
def test_what_is_no_email(raw: str, words: str, english: Reading) -> None:
    with pytest.raises(FieldError) as caught:
        parse_email(raw, english)
    assert str(caught.value.message) == words


@pytest.mark.parametrize(
    ("raw", "kept", "shown"),
    [
        ("Kith.Example", "https://kith.example", "kith.example"),
        ("http://kith.example:80/", "http://kith.example", "http://kith.example"),
        ("kith.example:8080/a?b=1#c", "https://kith.example:8080/a?b=1#c", "kith.example:8080/a?b=1#c"),
        ("例子.公司/路径", "https://xn--fsqu00a.xn--55qx5d/%E8%B7%AF%E5%BE%84", "例子.公司/%E8%B7%AF%E5%BE%84"),
        ("www.аррӏе.com", "https://www.xn--80ak6aa92e.com", "www.xn--80ak6aa92e.com"),
        ("https://[::1]/x", "https://[::1]/x", "https://[::1]/x"),
    ],
)
def test_a_web_address(raw: str, kept: str, shown: str, english: Reading) -> None:
    assert parse_url(raw, english) == kept
    assert show_url(kept, english) == shown
    assert parse_url(shown, english) == kept


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "ｊavascript:alert(1)", "data:text/html,x", "vbscript:x",
        "file:///etc/passwd",
        "https://bank.example@evil.example", "java\tscript:alert(1)", "https://a b.example", '"><script>',
        "localhost", "a..b",
        "https://", "https://1.2.3.4.5", "https://x.example:99999",
    ],
)  # fmt: skip
def test_what_is_no_safe_web_address(raw: str, english: Reading) -> None:
    with pytest.raises(FieldError):
        parse_url(raw, english)


@pytest.mark.parametrize(
    ("kind", "raw", "kept", "link"),
    [
        ("wechat", "微信: Chen_Jing01", "chen_jing01", ""),
        ("wechat", "13800138000", "+8613800138000", ""),
        ("qq", "12345678", "12345678", ""),
        ("whatsapp", "+44 7400 123456", "+447400123456", "https://wa.me/447400123456"),
        ("telegram", "https://t.me/Chen_Jing", "chen_jing", "https://t.me/chen_jing"),
        ("x", "@Kith", "kith", "https://x.com/kith"),
        ("linkedin", "https://www.linkedin.com/in/chen-jing/", "chen-jing", "https://www.linkedin.com/in/chen-jing"),
        ("dingtalk", "陈静", "陈静", ""),
    ],
)
def test_a_handle(kind: str, raw: str, kept: str, link: str, english: Reading) -> None:
    assert parse_handle(raw, english, kind) == kept
    assert handle_link(kept, kind) == link
    assert parse_handle(show_handle(kept, english, kind), english, kind) == kept


def test_a_wrong_handle_names_the_rule(english: Reading) -> None:
    with pytest.raises(FieldError, match="A QQ number has 5 to 12 digits"):
        parse_handle("0123", english, "qq")
    for kind in KINDS:
        with pytest.raises(FieldError):
            parse_handle('<script>alert("1")</script>' + "x" * 100, english, kind)
