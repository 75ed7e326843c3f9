"""Values of a choice column that its field does not know, to be mapped by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.reading import Reading

_MOST = 40


def unknown_values(
    fields: Mapping[str, Fact],
    mapping: Mapping[str, str],
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    reading: Reading,
) -> dict[str, list[tuple[str, int]]]:
    """{field: [(value, rows)]} of what no choice is called, the most frequent first, 40 a field at most."""
    choices = [
        (index, fields[mapping[column]])
        for index, column in enumerate(columns)
        if mapping.get(column) in fields and fields[mapping[column]].type == "choice"
    ]
    counts: dict[str, Counter[str]] = {field.name: Counter() for _index, field in choices}
    for row in rows:
        for index, field in choices:
            counts[field.name][row[index].strip()] += 1
    found: dict[str, list[tuple[str, int]]] = {}
    for _index, field in choices:
        unknown = [
            (value, count)
            for value, count in counts[field.name].most_common(500)
            if value and not _known(field, value, reading)
        ]
        if unknown:
            found[field.name] = unknown[:_MOST]
    return found


def _known(field: Fact, value: str, reading: Reading) -> bool:
    try:
        field.clean(value, reading)
    except FieldError:
        return False
    return True
