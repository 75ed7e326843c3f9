"""The language of formulas: exact figures, missing values, and nothing of Python."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from crm.kernel.base.errors import Wrong
from crm.kernel.base.money import Money
from crm.kernel.entity.custom.formula import Formula

VALUES = {
    "a": 3, "b": Decimal("0.1"), "c": None, "name": "Bus", "price": Money(10550, "CNY"), "bought": datetime.date(2026, 1, 31),
    "sold": datetime.date(2026, 3, 1), "ready": True, "none": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a + b * 2", Decimal("3.2")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("-(a - 5) % 2", Decimal(0)),
        ("price * 0.13", Decimal("13.715")),
        ("round(price * 0.13, 2)", Decimal("13.72")),
        ("a + c", None),
        ("c > 1", None),
        ("c > 1 or a > 1", True),
        ("c > 1 and a > 9", False),
        ("not c", None),
        ("1 < a < 5", True),
        ('if(a > 2, "many", "few")', "many"),
        ('if (c > 2, "many", "few")', "few"),
        ('name & " " & a & c', "Bus 3"),
        ("coalesce(c, a)", 3),
        ("empty(c) and not empty(a)", True),
        ("days(bought, sold)", Decimal(29)),
        ("add_days(bought, 1)", datetime.date(2026, 2, 1)),
        ("year(bought) * 12 + month(bought)", Decimal(24313)),
        ("a / 0", None),
        ("name * 2", None),
        ("name > 2", None),
        ("ready", True),
        ("min(a, b, 7)", Decimal("0.1")),
        ("999999999 * 999999999 * 999999999", None),
        ('upper(left(name, 2)) & length(name)', "BU3"),
        ("unknown + 1", None),
        ('"what if (so)" & if(ready, "!", "?")', "what if (so)!"),
    ],
)
def test_results(text: str, result: Any) -> None:
    found = Formula(text).worked_out(VALUES)
    assert found == result and isinstance(found, bool) == isinstance(result, bool), found


@pytest.mark.parametrize(
    "text",
    [
        "", "(", "a.b", "a[0]", "lambda: 1", "[1]", "{1}", "__import__('os')", "open('x')", "f'{a}'", "a if b else c", "a := 1", "a ** 9",
        "a << 9", "print(1)", "if(a, b)", "round(1, 2, 3)", "min(*a)", "round(a, places=2)", "x" * 1001, "1;2", "a\nb", "+".join("a" * 300),
        "b''", "...", "1j", "await a", "~a", "a is b", "a in b", "(" * 300 + "a" + ")" * 300,
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(Wrong) as refused:
        Formula(text)
    assert "formula" in refused.value.fields


def test_a_formula_ends() -> None:
    assert Formula("9" * 900 + " * 2").worked_out({}) is None
    assert Formula('left(name, 999999999999)').worked_out(VALUES) == "Bus"
    assert Formula("add_days(bought, 99999999999)").worked_out(VALUES) is None
    assert Formula("round(a, 99999999)").worked_out(VALUES) is None
