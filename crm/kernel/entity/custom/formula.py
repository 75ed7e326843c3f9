"""Formulas of computed fields: a small language without side effects.

    amount * 0.13
    if(doors > 4, "large", "small")
    days(today(), next_service)
    round(price / max(seats, 1), 2) & " per seat"

Names are fields of the same record, numbers are exact decimals, texts stand in quotes. `& ` joins texts, `and or not`, comparisons,
`if(condition, then, else)`. A missing input makes the result missing, except in `if`, `coalesce`, `empty` and `&`. Python's own
parser reads it; only the parts named here are accepted, and nothing of Python can be reached.
"""

import ast
import datetime
import decimal
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.audit.moment import moment
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.base.money import Money
from crm.kernel.entity.forms.reading import current_reading

LONGEST = 1_000
MOST_PARTS = 200
#: Figures beyond this are a mistake, and would take for ever.
_BIG = decimal.Decimal(10) ** 24

_CALCULATE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}


def as_number(value: Any) -> decimal.Decimal:
    """The figure of a number or amount. Raises TypeError for anything else."""
    if isinstance(value, Money):
        return value.decimal
    if isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool):
        return decimal.Decimal(value)
    raise TypeError


def _day(value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    raise TypeError


def _rounded(value: Any, places: Any = 0) -> decimal.Decimal:
    return as_number(value).quantize(decimal.Decimal(1).scaleb(-int(as_number(places))), rounding=decimal.ROUND_HALF_UP)


def _days(first: Any, last: Any) -> decimal.Decimal:
    return decimal.Decimal((_day(last) - _day(first)).days)


def _after(day: Any, many: Any) -> datetime.date:
    return _day(day) + datetime.timedelta(days=int(as_number(many)))


_FUNCTIONS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "round": (1, 2, _rounded),
    "abs": (1, 1, lambda value: abs(as_number(value))),
    "min": (1, 9, lambda *values: min(map(as_number, values))),
    "max": (1, 9, lambda *values: max(map(as_number, values))),
    "days": (2, 2, _days),
    "add_days": (2, 2, _after),
    "year": (1, 1, lambda day: decimal.Decimal(_day(day).year)),
    "month": (1, 1, lambda day: decimal.Decimal(_day(day).month)),
    "upper": (1, 1, lambda text: str(text).upper()),
    "lower": (1, 1, lambda text: str(text).lower()),
    "length": (1, 1, lambda text: decimal.Decimal(len(text))),
    "left": (2, 2, lambda text, many: str(text)[: int(as_number(many))]),
}
#: Those that look at whether something is there.
_OF_MISSING = {"if": (3, 3), "coalesce": (1, 9), "empty": (1, 1), "today": (0, 0)}
#: Texts in quotes, which stay as they are, and the word that Python keeps for itself.
_IF = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\bif\s*\(""")
FUNCTIONS = sorted([*_FUNCTIONS, *_OF_MISSING])


NUMBER, TEXT, DAY, MOMENT, YES_NO = SORTS = ("number", "text", "day", "moment", "yes_no")
#: What functions answer that answer no number.
_RESULTS = {"add_days": DAY, "today": DAY, "empty": YES_NO, "upper": TEXT, "lower": TEXT, "left": TEXT}


def _one_sort(found: list[str | None]) -> str | None:
    """The sort of a value that is one of these; None can be any."""
    known = {one for one in found if one is not None}
    return (known.pop() if len(known) == 1 else "") if known else None


def _words(node: ast.expr) -> list[str] | None:
    match node:
        case ast.Constant(value=str(text)):
            return [text] if text else []
        case ast.Call(func=ast.Name(id="if_"), args=[_condition, *parts]):
            found = [_words(part) for part in parts]
            return None if None in found else [word for words in found for word in words or ()]
    return None


def _wrong(message: str) -> Wrong:
    return Wrong(fields={"formula": [message]})


class Formula:
    """A formula that was read. `inputs` are the fields it needs; raises Wrong (field "formula") where it cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if not self.text or len(self.text) > LONGEST:
            raise _wrong(_("Write a formula of at most %(n)s characters, such as amount * 0.13.") % {"n": LONGEST})
        source = _IF.sub(lambda found: found[1] or "if_(", self.text)
        try:
            self._tree = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise _wrong(_("The formula cannot be read. Check brackets, quotes and commas.")) from None
        nodes = list(ast.walk(self._tree))
        if len(nodes) > MOST_PARTS:
            raise _wrong(_("The formula is too long."))
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        names = [node.id for node in nodes if isinstance(node, ast.Name) and node not in called]
        self.inputs = tuple(dict.fromkeys(names))
        #: Whether the result changes only when an input does: nothing in it looks at the calendar.
        self.steady = not any(isinstance(node, ast.Name) and node.id == "today" for node in called)
        self._check(self._tree)

    def worked_out(self, values: Mapping[str, Any]) -> Any:
        """The result for the values of its inputs; None where one is missing or the figures do not allow a result."""
        try:
            return self._value(self._tree, values)
        except (TypeError, ValueError, ArithmeticError, OverflowError):
            return None

    def sort(self, inputs: Mapping[str, str]) -> str:
        """What sort of value comes out: NUMBER, TEXT, DAY, MOMENT or YES_NO; "" where that hangs on the record, or is none of
        them. `inputs` says the sort of each field, "" for others; one that is not named can be anything."""
        found = self._sort(self._tree, inputs)
        return found if found in SORTS else ""

    def words(self) -> list[str]:
        """The texts that come out, where these all stand in the formula: if(doors > 4, "large", "small"). Else none."""
        return list(dict.fromkeys(_words(self._tree) or ()))

    def _sort(self, node: ast.expr, inputs: Mapping[str, str]) -> str | None:
        match node:
            case ast.Constant():
                return YES_NO if isinstance(node.value, bool) else TEXT if isinstance(node.value, str) else NUMBER
            case ast.Name():
                return inputs.get(node.id)
            case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return YES_NO
            case ast.BinOp(op=ast.BitAnd()):
                return TEXT
            case ast.Call(func=ast.Name(id="if_")):
                return _one_sort([self._sort(part, inputs) for part in node.args[1:]])
            case ast.Call(func=ast.Name(id="coalesce")):
                return _one_sort([self._sort(part, inputs) for part in node.args])
            case ast.Call(func=ast.Name(id=name)):
                return _RESULTS.get(name, NUMBER)
        return NUMBER

    def _check(self, node: ast.expr) -> None:
        match node:
            case ast.Constant(value=bool() | int() | float() | str()) | ast.Name():
                return
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Mod() | ast.BitAnd()):
                parts: list[ast.expr] = [node.left, node.right]
            case ast.UnaryOp(op=ast.USub() | ast.Not()):
                parts = [node.operand]
            case ast.BoolOp():
                parts = node.values
            case ast.Compare() if all(type(op) in _COMPARE for op in node.ops):
                parts = [node.left, *node.comparators]
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                self._known(name.rstrip("_"), len(node.args))
                parts = node.args
            case _:
                raise _wrong(_("The formula holds something that formulas do not know: %(part)s") % {"part": ast.unparse(node)[:60]})
        for part in parts:
            self._check(part)

    def _known(self, name: str, many: int) -> None:
        bounds = _OF_MISSING.get(name) or (_FUNCTIONS[name][:2] if name in _FUNCTIONS else None)
        if bounds is None:
            raise _wrong(_("There is no function “%(name)s”. These can be used: %(all)s.") % {"name": name, "all": ", ".join(FUNCTIONS)})
        if not bounds[0] <= many <= bounds[1]:
            raise _wrong(_("“%(name)s” was given %(n)s values.") % {"name": name, "n": many})

    def _value(self, node: ast.expr, values: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant():
                return decimal.Decimal(str(node.value)) if type(node.value) in (int, float) else node.value
            case ast.Name():
                return values.get(node.id)
            case ast.UnaryOp(op=ast.Not()):
                held = self._value(node.operand, values)
                return None if held is None else not held
            case ast.UnaryOp():
                held = self._value(node.operand, values)
                return None if held is None else -as_number(held)
            case ast.BoolOp():
                return self._both(node, values)
            case ast.Compare():
                return self._compared(node, values)
            case ast.BinOp():
                return self._calculated(node, values)
            case ast.Call(func=ast.Name(id=name)):
                return self._called(name.rstrip("_"), node.args, values)
        raise TypeError

    def _both(self, node: ast.BoolOp, values: Mapping[str, Any]) -> Any:
        wanted = isinstance(node.op, ast.And)
        found = [self._value(part, values) for part in node.values]
        if any(one is not None and bool(one) is not wanted for one in found):
            return not wanted
        return None if None in found else wanted

    def _compared(self, node: ast.Compare, values: Mapping[str, Any]) -> Any:
        held = [_plain(self._value(part, values)) for part in (node.left, *node.comparators)]
        if None in held:
            return None
        return all(_COMPARE[type(op)](held[at], held[at + 1]) for at, op in enumerate(node.ops))

    def _calculated(self, node: ast.BinOp, values: Mapping[str, Any]) -> Any:
        left, right = self._value(node.left, values), self._value(node.right, values)
        if isinstance(node.op, ast.BitAnd):
            return "".join(as_text(one) for one in (left, right) if one is not None)
        if left is None or right is None:
            return None
        found = _CALCULATE[type(node.op)](as_number(left), as_number(right))
        return found if abs(found) < _BIG else None

    def _called(self, name: str, args: list[ast.expr], values: Mapping[str, Any]) -> Any:
        if name == "if":
            return self._value(args[1] if self._value(args[0], values) else args[2], values)
        if name == "today":
            return (moment() or now()).astimezone(current_reading().zone).date()
        found = [self._value(part, values) for part in args]
        if name == "empty":
            return found[0] in (None, "", [])
        if name == "coalesce":
            return next((one for one in found if one is not None), None)
        return None if None in found else _FUNCTIONS[name][2](*found)


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return value.decimal
    if isinstance(value, int) and not isinstance(value, bool):
        return decimal.Decimal(value)
    return value


def as_text(value: Any) -> str:
    """A value as `&` writes it."""
    return f"{value.normalize():f}" if isinstance(value, decimal.Decimal) else str(value)
