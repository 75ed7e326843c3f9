"""What the cells of a file name that Kith does not know: values of choices and countries, records behind links."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import use_reading
from crm.kernel.entity.registry import registry, same_model
from crm.kernel.exchange import store
from crm.kernel.exchange.absent import explainable, words
from crm.kernel.exchange.linking import ask, few_names, key_of, near, target_of
from crm.kernel.exchange.mapping import unknown_values
from crm.kernel.exchange.models import ImportRun
from crm.kernel.exchange.options import Options
from crm.kernel.exchange.reading import rows
from crm.kernel.tenancy.scope import current_actor

_LOOKED_AT = 50_000
_MOST_NAMES = 5_000
_MOST_VALUES = 40


@dataclass(frozen=True)
class UnknownValues:
    """The values of one field that mean nothing here, the most frequent first: (value, rows, what it is read as). `near`:
    {value: name that differs from it in spaces, points or case only}, to be offered."""

    name: str
    label: str
    values: Sequence[tuple[str, int, str]]
    choices: Sequence[tuple[str, Any]]
    near: Mapping[str, str]


@dataclass(frozen=True)
class UnknownNames:
    """How many names of a link column nobody has, in how many rows."""

    names: int
    rows: int


def unknowns(run: ImportRun, fields: Mapping[str, Fact]) -> tuple[list[UnknownValues], dict[str, UnknownNames]]:
    """What can be mapped value by value (choices, countries, links to one of few records), and {link: names nobody has}.

    Looks at the first 50,000 rows.
    """
    options, shape = Options.from_json(run.options), run.file_shape
    reading = options.reading(current_actor())
    mapped = {index: fields[run.mapping[one]] for index, one in enumerate(shape.columns) if run.mapping.get(one) in fields}
    wanted = {index: field for index, field in mapped.items() if field.type in ("choice", "country", "link")}
    absent = explainable(fields, run.mapping, options.literal)
    if not wanted:
        return [], {}
    with use_reading(reading):
        cells = [row.cells for row in islice(rows(store.place(run.pk), shape), _LOOKED_AT)]
        found: dict[str, list[tuple[str, int]]] = unknown_values(fields, run.mapping, shape.columns, cells, reading)
        choices: dict[str, list[tuple[str, Any]]] = {name: list(fields[name].choices_list) for name in found}
        missing: dict[str, UnknownNames] = {}
        for index, field in wanted.items():
            if field.type != "link":
                continue
            unknown = _unknown_names(run, index, field, cells)
            listed = few_names(field)
            if unknown and listed:
                found[field.name], choices[field.name] = unknown[:_MOST_VALUES], [(one, one) for one in listed]
            elif unknown:
                missing[field.name] = UnknownNames(len(unknown), sum(many for _text, many in unknown))
    found = {name: [one for one in unknown if name not in absent or one[0] not in words()] for name, unknown in found.items()}
    said = [
        UnknownValues(
            name,
            str(fields[name].label),
            [(text, many, _read_as(options, name, text)) for text, many in unknown],
            choices[name],
            near([text for text, _many in unknown], [text for _code, text in choices[name]]) if fields[name].type == "link" else {},
        )
        for name, unknown in found.items()
        if unknown
    ]
    return said, missing


def _read_as(options: Options, name: str, text: str) -> str:
    return options.values.get(name, {}).get(text, "")


def _unknown_names(run: ImportRun, index: int, field: Fact, cells: Sequence[Sequence[str]]) -> list[tuple[str, int]]:
    """[(name, rows)] that no record has and, where rows may link to each other, no row of the file either."""
    counted = Counter(text for row in cells if (text := row[index].strip()))
    asked = dict(counted.most_common(_MOST_NAMES))
    known = set(ask(target_of(field), asked))
    entity = registry.kind(run.kind)
    if entity is not None and same_model(target_of(field), entity.model) and entity.title in run.mapping.values():
        column = next(one for one, name in run.mapping.items() if name == entity.title)
        place = run.file_shape.columns.index(column)
        titles = {key_of(entity.title_field, row[place].strip()) for row in cells}
        known |= {text for text in asked if key_of(entity.title_field, text) in titles}
    return [(text, many) for text, many in asked.items() if text not in known]

