"""What the screens of imports and exports show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.dates import date_order
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.absent import explainable, meaning
from crm.kernel.exchange.columns import importable, keys_of
from crm.kernel.exchange.exporting import heading
from crm.kernel.exchange.linking import target_of
from crm.kernel.exchange.mapping import Finding, order_of
from crm.kernel.exchange.mapping.match import RECORD_ID
from crm.kernel.exchange.models import ImportRun, ImportState
from crm.kernel.exchange.options import Options
from crm.kernel.exchange.reading import ENCODINGS
from crm.kernel.exchange.unknowns import UnknownNames, UnknownValues, unknowns
from crm.kernel.queue.models import Task
from crm.kernel.tenancy.scope import current_actor

_NUMBERS = ("integer", "decimal", "money", "percent")
STEPS = ("file", "map", "check", "run")


@dataclass(frozen=True)
class DatesLine:
    """How the dates of a column are read: what can be chosen, what holds, and why. `doubt`: a look is needed."""

    options: list[tuple[str, Any]]
    order: str
    reason: str
    doubt: bool
    shown: bool


@dataclass(frozen=True)
class ColumnLine:
    """One column of the file on the mapping screen."""

    column: str
    examples: Sequence[str]
    field: str
    reason: str
    sure: bool
    dates: DatesLine | None = None
    absent: Sequence[str] = ()
    literal: bool = False


@dataclass(frozen=True)
class LinkLine:
    """What is to be done where a link column names nobody."""

    name: str
    label: str
    can_create: bool
    chosen: str
    unknown: UnknownNames | None


@dataclass(frozen=True)
class MapScreen:
    """Everything the mapping screen shows."""

    lines: list[ColumnLine]
    fields: list[tuple[str, str]]
    keys: list[tuple[str, str]]
    links: list[LinkLine]
    needed: list[tuple[str, str, str]]
    values: list[UnknownValues]
    options: Options
    date_fields: list[str]
    has_numbers: bool
    preview: list[Sequence[str]]
    encodings: list[tuple[str, str]]
    remembered: tuple[str, date] | None
    wrong: Mapping[str, str] = field(default_factory=dict)

    def left_empty(self, name: str) -> bool:
        """Whether a link's unknown names empty the field instead of rejecting their rows."""
        return any(link.name == name and link.chosen == "empty" for link in self.links)


@dataclass(frozen=True)
class Pace:
    """How far a job is: rows, rate and time left, in plain numbers; None where not known yet."""

    done: int
    total: int | None
    rate: int | None
    left: int | None
    waiting: bool
    stopping: bool = False


def kind_of(given: str | None) -> Entity[Any]:
    """The kind named in an address, by kind or plural. Raises NotFound."""
    found = registry.kind(given or "") or registry.plural(given or "")
    if found is None:
        raise NotFound
    return found


def importable_kinds() -> list[Entity[Any]]:
    """The kinds which the actor may import, those of the menu first."""
    actor = current_actor()
    kinds = [entity for entity in registry.all() if policy_for(entity).may(actor, "import")]
    return sorted(kinds, key=lambda entity: (entity.menu is None, entity.menu != "customers", entity.menu_order))


def step_of(run: ImportRun, wanted: str | None) -> str:
    """Which step of the workbench a run is at."""
    if run.state in (ImportState.UPLOADED, ImportState.MAPPED):
        return "map"
    if run.state == ImportState.CHECKED:
        return "map" if wanted == "map" else "check"
    if run.state == ImportState.CHECKING:
        return "check"
    if run.state == ImportState.FAILED and not run.counts.get("written"):
        return "map" if wanted == "map" else "check"
    return "run"


def map_screen(run: ImportRun, wrong: Mapping[str, str] | None = None) -> MapScreen:
    """The mapping screen of a run."""
    entity = kind_of(run.kind)
    fields = importable(entity)
    options = Options.from_json(run.options)
    mapped = set(run.mapping.values())
    wholes = {fields[name].part_of for name in mapped if name in fields}  # a name is there where its parts are
    values, missing = unknowns(run, fields)
    dates = [name for name, one in fields.items() if one.type in ("date", "datetime")]
    return MapScreen(
        lines=[_line(match, run.mapping, options, dates, explainable(fields, run.mapping, ())) for match in run.matches],
        fields=[(RECORD_ID, _("ID of the record in Kith")), *((name, heading(entity, name)) for name in fields)],
        keys=[(name, _("ID") if name == RECORD_ID else heading(entity, name)) for name in keys_of(entity, run.mapping)],
        links=[_link(one, options, missing.get(name)) for name, one in fields.items() if name in mapped and one.type in ("link", "links")],
        needed=[
            (name, str(one.label), options.fill.get(name, ""))
            for name, one in fields.items()
            if (one.required or name in options.fill) and name not in mapped | wholes and not _has_default(one)
        ],
        values=values,
        options=options,
        date_fields=dates,
        has_numbers=any(fields[name].type in _NUMBERS for name in mapped if name in fields),
        preview=actions.preview(run, 4),
        encodings=list(ENCODINGS.items()),
        remembered=queries.remembered(run),
        wrong=wrong or {},
    )


def _has_default(one: Fact) -> bool:
    return bool(getattr(one, "has_default", lambda: False)())


def _line(
    match: Mapping[str, Any], mapping: Mapping[str, str], options: Options, dates: Sequence[str], open_: Mapping[str, Fact]
) -> ColumnLine:
    column, chosen = match["column"], mapping.get(match["column"], "")
    same = chosen == (match["field"] or "")
    reason = match["reason"] if same else _("Chosen by you") if chosen else _("Left out")
    found = match.get("dates")
    line = _dates(column, found, options, chosen in dates) if found else None
    absent = _absent(match.get("absent") or (), open_.get(chosen), options)
    return ColumnLine(column, match["examples"], chosen, reason, match["sure"] if same else True, line, absent, column in options.literal)


def _absent(said: Sequence[str], field: Fact | None, options: Options) -> list[str]:
    """The words of a column, as far as it was looked through, that say why there is no value."""
    reading = options.reading(current_actor())
    return [word for word in said if field is not None and meaning(field, word, reading)]


def _dates(column: str, found: Finding, options: Options, shown: bool) -> DatesLine:
    """What is said of a column whose dates are numbers with the year last."""
    offered: list[tuple[str, Any]] = [("dmy", _("day, month, year")), ("mdy", _("month, day, year"))]
    order = order_of(column, found, options.date_orders, options.date_order)
    if found == "mixed":
        offered.insert(0, ("", _("as each value fits")))
        reason = _("Some of these dates fit only day, month, year, others only month, day, year. Look at the file.")
        return DatesLine(offered, order or "", reason, True, shown)
    usual = "dmy" if date_order(options.reading(current_actor())) == "dmy" else "mdy"
    if order not in (None, usual if found == "open" else found):
        return DatesLine(offered, "dmy" if order == "dmy" else "mdy", _("Chosen by you"), False, shown)
    if found == "open":
        reason = _("Every value can be read both ways; this is the usual one in your country. Change it if it is wrong.")
        return DatesLine(offered, usual, reason, True, shown)
    return DatesLine(offered, found, _("Only this order fits all values."), False, shown)


def _link(one: Fact, options: Options, unknown: UnknownNames | None) -> LinkLine:
    target = registry.of(target_of(one))
    usual = "empty" if one.name in ("owner", "team") else "reject"
    can = target is not None and policy_for(target).may(current_actor(), "create")
    return LinkLine(one.name, str(one.label), can, options.missing.get(one.name, usual), unknown)


def chosen_options(given: QueryDict, run: ImportRun) -> dict[str, Any]:
    """Options as the mapping form sends them."""
    old = Options.from_json(run.options)
    values: dict[str, dict[str, str]] = {name: dict(texts) for name, texts in old.values.items()}
    for name in given.getlist("value-field"):
        pairs = zip(given.getlist(f"from:{name}"), given.getlist(f"to:{name}"), strict=False)
        values.setdefault(name, {}).update({text: value for text, value in pairs if value})
    return {
        "key": given.get("key") or None,
        "only": given.get("only", "both"),
        "missing": {key.removeprefix("missing:"): given[key] for key in given if key.startswith("missing:")},
        "values": values,
        "fill": {key.removeprefix("fill:"): given[key] for key in given if key.startswith("fill:") and str(given[key]).strip()},
        "date_order": given.get("date_order") or old.date_order,
        "date_orders": {key.removeprefix("dates:"): given[key] for key in given if key.startswith("dates:") and given[key]},
        "decimal_mark": given.get("decimal_mark", old.decimal_mark),
        "overwrite_empty": given.get("overwrite_empty") == "on",
        "literal": given.getlist("literal"),
    }


def pace(task: Task | None) -> Pace:
    """How fast a job goes."""
    if task is None or task.started_at is None or task.state == Task.WAITING:
        return Pace(0, task.total if task else None, None, None, waiting=True)
    seconds = (now() - task.started_at).total_seconds()
    rate = round(task.done / seconds) if seconds >= 1 and task.done else None
    left = round((task.total - task.done) / rate) if rate and task.total else None
    return Pace(task.done, task.total, rate, left, waiting=False, stopping=task.stopping)


def run_facts(run: ImportRun) -> dict[str, Any]:
    """What every step of the workbench shows of a run."""
    return {
        "run": run,
        "shape": run.file_shape,
        "entity": kind_of(run.kind),
        "pace": pace(queries.task_of(run)) if run.busy else None,
        "rejected": queries.rejected(run, 20) if not run.busy else [],
        "kept": queries.kept(run, 50) if run.state == ImportState.UNDONE else [],
        "changed": queries.changed(run, 5) if run.state == ImportState.DONE else [],
        "labels": {name: heading(kind_of(run.kind), name) for name in kind_of(run.kind).fields},
    }
