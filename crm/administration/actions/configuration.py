"""The configuration of a workspace as one readable document: out as YAML, in with the difference shown first.

It holds kinds, fields, layouts and rules, roles, views that everybody has, and the records of kinds that configure others (pipelines,
stages, reasons: `Entity.configures`). Everything goes in through the same acts as by hand, in one transaction: with the same checks,
the same audit, and nothing half done. What a document does not name stays as it is; nothing is ever removed by one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from crm.administration.actions import sections
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.identity.actions.guards import need
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.undo import note
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import because, current_workspace_id

RIGHT = "administration.configuration"
VERSION = 1
LONGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter: `read` answers {key: plain values} of what there is, `write(key, new, old)` brings one entry in."""

    name: str
    read: Callable[[], dict[str, Any]]
    write: Callable[[str, Any, Any], None]


#: In the order in which they depend on each other.
SECTIONS: tuple[Section, ...] = (
    Section("parts", sections.read_parts, sections.write_part),
    Section("kinds", sections.read_kinds, sections.write_kind),
    Section("fields", sections.read_fields, sections.write_field),
    Section("roles", sections.read_roles, sections.write_role),
    Section("records", sections.read_records, sections.write_record),
    Section("layouts", sections.read_layouts, sections.write_layout),
    Section("views", sections.read_views, sections.write_view),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that the document says otherwise: `old` None where it is new. `changed` are the names that differ."""

    section: str
    key: str
    old: Any
    new: Any

    @property
    def changed(self) -> list[tuple[str, Any, Any]]:
        """[(name, as it is, as it will be)]"""
        was = self.old or {}
        return [(name, was.get(name), value) for name, value in self.new.items() if was.get(name) != value]


def document() -> str:
    """The whole configuration as YAML."""
    need(RIGHT)
    whole = {"kith": VERSION, "workspace": Workspace.objects.get(id=current_workspace_id()).name}
    whole |= {one.name: one.read() for one in SECTIONS}
    return str(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=140))


def differences(text: str) -> list[Difference]:
    """What would change, section by section; raises Wrong where the document cannot be read."""
    need(RIGHT)
    return list(_differences(_parsed(text)))


def _differences(given: Mapping[str, Any]) -> Iterator[Difference]:
    for section in SECTIONS:
        wanted = given.get(section.name) or {}
        if not isinstance(wanted, Mapping) or not all(isinstance(one, Mapping) for one in wanted.values()):
            raise _wrong(_("“%(name)s” holds names with their facts.") % {"name": section.name})
        here = section.read()
        for key, new in wanted.items():
            found = Difference(section.name, str(key), here.get(str(key)), dict(new))
            if found.changed or found.old is None:
                yield found


def bring_in(text: str, why: str) -> tuple[list[Difference], ChangeSet | None]:
    """Changes all that `differences` shows; answers that and the act by which it can be taken back, None where nothing was to be done.
    Raises Wrong with every entry that does not fit, and then nothing is changed."""
    need(RIGHT)
    given, done = _parsed(text), []
    wrong: dict[str, list[Any]] = {}
    reason = _("configuration: %(why)s") % {"why": why[:200]} if why else _("configuration")
    with because(reason):
        for section in SECTIONS:
            # Looked at section by section: a field is compared once its kind is there.
            for one in _differences({section.name: given.get(section.name)}):
                try:
                    section.write(one.key, one.new, one.old)
                except Refusal as refusal:
                    said = [f"{name}: {message}" for name, messages in refusal.fields.items() for message in messages]
                    wrong[f"{one.section}.{one.key}"] = said or [refusal.message]
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    wrong[f"{one.section}.{one.key}"] = [_("This entry has another shape than it should (%(error)s).") % {"error": error}]
                done.append(one)
    if wrong:
        raise Wrong(_("Nothing was changed: some entries do not fit."), fields=wrong)
    return done, note(reason, len(done)) if done else None


def _parsed(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST:
        raise _wrong(_("The document is too large."))
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _wrong(_("The document is no YAML that can be read: %(error)s") % {"error": str(error)[:300]}) from None
    if not isinstance(found, Mapping) or found.get("kith") != VERSION:
        raise _wrong(_("This is not a configuration of Kith: it begins with “kith: 1”."))
    unknown = set(found) - {"kith", "workspace", *(one.name for one in SECTIONS)}
    if unknown:
        raise _wrong(_("Unknown sections: %(names)s.") % {"names": ", ".join(sorted(map(str, unknown)))})
    return found


def _wrong(message: str) -> Wrong:
    return Wrong(fields={"document": [message]})


class _Loader(yaml.SafeLoader):
    """Plain values only, and no aliases: a few of them could stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError(_("aliases are not read"))
        return super().compose_node(parent, index)
