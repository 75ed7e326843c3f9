"""The sentences of the design, word for word, in the languages of the product."""

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from crm.kernel.entity.forms.dates import parse_date, show_due
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.moments import show_ago
from crm.kernel.entity.forms.numbers import parse_integer
from crm.kernel.entity.forms.phone import parse_phone
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.tax import parse_tax_id
from crm.kernel.entity.forms.yes_no import show_yes_no

CHINESE = Reading(language="zh-hans")


def _refusal(parse: object, raw: str) -> FieldError:
    with pytest.raises(FieldError) as caught:
        parse(raw, CHINESE)  # type: ignore[operator]
    return caught.value


def test_one_refusal_is_told_in_each_readers_language() -> None:
    short = _refusal(parse_tax_id, "9131011579271234").message
    with override("en"):
        assert str(short) == "A credit code has 18 characters; this has 16."
    with override("zh-hans"):
        assert str(short) == "信用代码为 18 位，当前 16 位。"
    with override("zh-hant"):
        assert str(short) == "信用代碼為 18 位，當前 16 位。"


def test_sentences_of_the_design() -> None:
    february, phone, whole = (
        _refusal(parse_date, "2026-02-29"),
        _refusal(parse_phone, "1380013800"),
        _refusal(parse_integer, "12.5"),
    )
    with override("zh-hans"):
        assert str(february) == "2026 年 2 月只有 28 天。"
        assert str(phone) == "手机号为 11 位，当前 10 位。"
        assert str(whole) == "此处为整数，没有小数；当前 12.5。"
        assert str(show_yes_no(True, CHINESE)) == "是"
        now = datetime(2026, 11, 22, 9, tzinfo=UTC)
        assert str(show_ago(datetime(2026, 11, 22, 7, tzinfo=UTC), CHINESE, now)) == "2 小时前"
        assert str(show_due(date(2026, 11, 19), CHINESE, date(2026, 11, 22))) == "逾期 3 天"
