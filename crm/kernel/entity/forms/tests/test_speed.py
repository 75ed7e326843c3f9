"""The two forms that imports call most stay far below the cost of the database."""

from timeit import repeat

from crm.kernel.entity.forms.phone import parse_phone
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.forms.text import parse_text


def test_text_and_common_phones_are_cheap(english: Reading) -> None:
    for text in ("上海启明智造科技有限公司", "Acme Corporation", "x" * 200):
        assert min(repeat(lambda text=text: parse_text(text, english), number=2000, repeat=5)) / 2000 < 3e-6
    for number in ("13800138000", "021-64882107", "+86 138 0013 8000"):
        assert min(repeat(lambda number=number: parse_phone(number, english), number=2000, repeat=5)) / 2000 < 10e-6
