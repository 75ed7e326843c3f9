"""Words of a file which say that there is no value, and why: declared once. They count only where a cell is nothing but that word."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import override

from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.reasons import Reason
from crm.kernel.records.standing import MISSING

#: A dash says no more than that nothing is known.
_WORDS: dict[Reason, tuple[str, ...]] = {
    Reason.NOT_ASKED: ("not asked", "未询问", "未问", "没问", "未了解"),
    Reason.UNKNOWN: ("unknown", "not known", "-", "--", "–", "—", "?", "？", "不详", "不明", "未知", "不知道", "不清楚"),
    Reason.REFUSED: ("refused", "declined", "拒绝", "拒绝提供", "拒绝透露", "不愿提供", "不便透露"),
    Reason.NOT_APPLICABLE: ("n/a", "n.a.", "not applicable", "不适用", "无", "没有", "无此项"),
    Reason.NOT_YET: ("tbd", "tba", "not yet", "not available yet", "暂无", "暂缺", "待补", "待补充", "待定"),
}
#: Of the types whose values are anything that one writes, such a word is no value; the others are asked first.
_ANYTHING = frozenset({"text", "long_text", "person_name", "tags", "link", "links", "address", "handle"})


@cache
def words() -> Mapping[str, str]:
    """{word as it may be written: code}; the reasons' own names too, in every language, as an export writes them."""
    found: dict[str, str] = {}
    for reason, some in _WORDS.items():
        names = [*some]
        for code, _label in settings.LANGUAGES:
            with override(code):
                names.append(str(reason.label))
        for name in names:
            found |= dict.fromkeys((name, name.lower(), name.upper(), name.capitalize(), name.title()), reason.value)
    return found


def explainable(fields: Mapping[str, Fact], columns: Mapping[str, str], literal: Iterable[str]) -> dict[str, Fact]:
    """{field: itself} of those columns ({column: field}) in which such words say why there is no value."""
    said = {name for column, name in columns.items() if column not in set(literal)}
    return {name: one for name, one in fields.items() if name in said and one.stands and not one.required and not one.title}


def meaning(field: Fact, cell: str, reading: Reading) -> str:
    """Why there is no value, by its code; "" where the cell is a value."""
    code = words().get(cell, "")
    if not code or field.type in _ANYTHING:
        return code
    try:
        return code if field.clean(cell, reading) is None else ""
    except FieldError:
        return code


def found_in(cells: Iterable[str]) -> list[str]:
    """The words of that kind among the cells of a column, each once."""
    return [cell for cell in dict.fromkeys(one.strip() for one in cells) if cell in words()]


def without_values(records: Sequence[Any], given: dict[Any, dict[str, Any]], fields: Mapping[str, Fact]) -> None:
    """Takes from the values of stored records the reasons for which there is a value already: a word does not outdo that."""
    for record in records:
        said = given[record.pk].get(MISSING)
        if said:
            there = {name for name in said if name not in given[record.pk] and fields[name].value(record) not in (None, "", [])}
            given[record.pk][MISSING] = {name: code for name, code in said.items() if name not in there}
