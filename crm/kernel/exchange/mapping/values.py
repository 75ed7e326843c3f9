"""Values of a column of choices or countries that its field does not know, to be mapped by hand."""

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
        if mapping.get(column) in fields and fields[mapping[column]].type in ("choice", "country")
    ]
    counts: dict[str, Counter[str]] = {field.name: Counter() for _index, field in choices}
    for row in rows:
        for index, field in choices:
            counts[field.name][row[index].strip()] += 1
    found: dict[str, list[tuple[str, int]]] = {}
    for _index, field in choices:
        unknown = [(value, count) for value, count in counts[field.name].most_common(500) if value and not _known(field, value, reading)]
        if unknown:
            found[field.name] = unknown[:_MOST]
    return found


def _known(field: Fact, value: str, reading: Reading) -> bool:
    try:
        field.clean(value, reading)
    except FieldError:
        return False
    return True


def initial_values(
    fields: Mapping[str, Fact],
    mapping: Mapping[str, str],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    reading: Reading,
) -> dict[str, dict[str, str]]:
    """{field: {letter: value}} where a column holds single letters which begin just one choice each: M and F."""
    found: dict[str, dict[str, str]] = {}
    for name, unknown in unknown_values(fields, mapping, columns, rows, reading).items():
        letters = [text for text, _count in unknown]
        starts = {text: [value for value, _label in fields[name].choices_list if value[:1] == text.casefold()] for text in letters}
        if all(len(text) == 1 and len(starts[text]) == 1 for text in letters):
            found[name] = {text: values[0] for text, values in starts.items()}
    return found
