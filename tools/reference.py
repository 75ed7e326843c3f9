"""Writes docs/reference from declarations and docstrings; `check` says when it is stale.

    python tools/reference.py write
    python tools/reference.py check
"""

import ast
import inspect
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django  # noqa: E402

django.setup()

from django.core.management import get_commands, load_command_class  # noqa: E402
from django.utils import translation  # noqa: E402

from config.launcher.__main__ import parser  # noqa: E402
from crm.kernel.entity import fields as types  # noqa: E402
from crm.kernel.entity.entity import BASE_FIELDS, Entity  # noqa: E402
from crm.kernel.entity.fields import Fact, Links  # noqa: E402
from crm.kernel.entity.registry import registry  # noqa: E402
from crm.kernel.outbox.events import all_events  # noqa: E402
from crm.kernel.queue import registry as queue  # noqa: E402
from crm.kernel.records.actions import Action, actions_of  # noqa: E402

PLACE = ROOT / "docs" / "reference"
#: Environment variable → what it does. The tool refuses to write while one that the code reads is missing here.
VARIABLES = {
    "KITH_ADMIN_DATABASE_URL": "`./kith up`: the superuser's address of a PostgreSQL of your own, as `--database-url`",
    "KITH_APP_ROLE": "the database role that migrations give the application's rights to",
    "KITH_BASE_URL": "under which address people reach Kith; links in mails begin with it, https switches secure cookies on",
    "KITH_CALLED_FROM": "set by `./kith`: the folder it was called in, against which `--data` is read",
    "KITH_CREDENTIALS": "a file into which the first sign-in is written instead of on the screen",
    "KITH_DATA": "the folder of database, files and secrets, as `--data`",
    "KITH_DATABASE_URL": "the application's connection; set by the launcher",
    "KITH_DB_ROLE": "`owner` makes a process connect as the owner of the tables: migrations only",
    "KITH_DEBUG": "`1` reads templates anew on each request",
    "KITH_DEMO_PASSWORD": "the password of everybody in the demonstration companies",
    "KITH_FIRST_PASSWORD": "the password of the first administrator, else one is drawn",
    "KITH_OUTBOUND_ALLOW": "hosts and networks of your own that Kith may call (`hooks.internal, 10.1.0.0/16`), else only the open internet",
    "KITH_OWNER_DATABASE_URL": "the owner's connection; set by the launcher",
    "KITH_PASSWORD_MEMORY_KIB": "memory that hashing one password takes",
    "KITH_POOL": "`0` opens a connection for each request instead of keeping a pool",
    "KITH_PREPARED": "`0` keeps no prepared statements: for an outside server behind a pooler that does not know them",
    "KITH_PROCESS": "the name of the process in the database's list of connections",
    "KITH_PROXIES": "how many proxies in front of Kith may be trusted to name the visitor's address",
    "KITH_QUEUE": "the queue from which a worker takes jobs",
    "KITH_SECRET_KEY": "signs links and forms; kept in the data folder",
    "KITH_CLAMD": "the virus check of uploads: `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`; without it none is made",
    "KITH_FILES_QUOTA_MB": "megabytes that the files of one workspace may take, where it sets no quota of its own; 0 for no limit",
    "KITH_SMTP_URL": "the mail server: `smtp://user:password@host:587`; without it no mail is sent",
    "KITH_STORES": "the folders where the embedded database writes, for a look at the room left; set by the launcher",
    "KITH_THREADS": "threads of one web process",
    "KITH_UPLOADS": "where large uploads wait while they come in",
}


def first(text: str | None) -> str:
    """The first paragraph of a docstring in one line."""
    return " ".join(inspect.cleandoc(text or "").split("\n\n")[0].split())


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"| {' | '.join('---' for _name in names)} |"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |"


# ── record kinds ────────────────────────────────────────────────────────────────────────────────────────────────────


def facts(entity: Entity[Any], name: str, field: Fact) -> str:
    """What is to be known of a field besides its type."""
    parts = [part for part, one in entity.fields.items() if one.part_of == name]
    said = ["**needed**" if field.required else "", "read only" if field.readonly else ""]
    said.append("unique" if getattr(field, "unique_value", False) else "")
    if field.target is not None:
        target = registry.of(field.target)
        label = field.target._meta.label
        any_record = "any record" if label == "records.RecordRow" else label.rpartition(".")[2].lower()
        said.append(f"→ {'several of ' if isinstance(field, Links) else ''}{target.kind if target else any_record}")
    if field.type in ("choice", "multi_choice"):
        said.append(" · ".join(f"`{value}`" for value, _label in field.choices_list[:12]))
    least, most = getattr(field, "least", None), getattr(field, "most", None)
    said.append(f"{'…' if least is None else least} to {'…' if most is None else most}" if (least, most) != (None, None) else "")
    said.append(f"with {', '.join(f'`{part}`' for part in parts)}" if parts else "")
    said.append(str(field.help))
    return "; ".join(one for one in said if one)


def kinds() -> Iterator[str]:
    yield "# Record kinds"
    yield "\nEach has a list, a form, a page, import, export and `/api/v1/…`. All of them also have:\n"
    sample = registry.all()[0]
    yield from table(("Field", "Label", "Type"), ((f"`{n}`", sample.fields[n].label, sample.fields[n].type) for n in BASE_FIELDS))
    for entity in registry.all():
        yield f"\n## {entity.labels}\n\n`{entity.kind}` · `/api/v1/{entity.plural}`. {first(entity.model.__doc__)}\n"
        own = ((name, one) for name, one in entity.fields.items() if name not in BASE_FIELDS and not one.part_of)
        yield from table(
            ("Field", "Label", "Type", "Facts"), ((f"`{name}`", one.label, one.type, facts(entity, name, one)) for name, one in own)
        )


def field_types() -> Iterator[str]:
    yield "# Field types"
    yield "\n`from crm.kernel.entity import fields as f`. The operators are those of the filter language.\n"
    found = {one for one in vars(types).values() if inspect.isclass(one) and issubclass(one, Fact) and one is not Fact}
    rows = sorted(found, key=lambda one: one.__name__)
    operators = {one: ", ".join(f"`{op}`" for op in one.operators) or "–" for one in rows}
    yield from table(
        ("Class", "Type in the API", "", "Operators"),
        ((f"`f.{one.__name__}`", f"`{one.type}`", first(one.__doc__), operators[one]) for one in rows),
    )


def actions() -> Iterator[str]:
    yield "# Actions"
    yield "\nA write with a name: a button on the record page and `POST /api/v1/{kind}/{id}/actions/{name}`.\n"
    rows: list[tuple[Entity[Any], Action]] = [(entity, one) for entity in registry.all() for one in actions_of(entity)]
    yield from table(
        ("Kind", "Action", "Label", "Takes", ""),
        ((entity.kind, f"`{one.name}`", one.label, _arguments(one), first(one.run.__doc__)) for entity, one in rows),
    )


def _arguments(one: Action) -> str:
    return ", ".join(f"`{name}`{'' if field.required else '?'}: {field.type}" for name, field in one.arguments.items()) or "–"


def events() -> Iterator[str]:
    yield "# Events"
    yield "\nDelivered after the transaction, in order for each record. `record` is the id of what it is about.\n"
    for name, cls in sorted(all_events().items()):
        carried = ", ".join(f"`{one.name}`" for one in fields_of(cls) if one.name != "record")
        yield f"- **{name}**{f' ({carried})' if carried else ''}: {first(cls.__doc__)}"


def jobs() -> Iterator[str]:
    yield "# Jobs"
    yield "\nDone by the worker. A batched job goes on where it was when its process is killed.\n"
    known = sorted(queue._jobs.values(), key=lambda one: one.name)
    yield from table(
        ("Job", "", "Tries", "Batched"),
        ((f"`{one.name}`", first(one.body.__doc__) or one.label, one.attempts, "yes" if one.batched else "") for one in known),
    )
    yield "\n## Again and again\n"
    times = sorted(queue._periodic.values(), key=lambda one: one.name)
    yield from table(("Work", "When (UTC)", ""), ((f"`{one.name}`", f"`{one.cron}`", first(one.body.__doc__)) for one in times))


# ── settings and commands ───────────────────────────────────────────────────────────────────────────────────────────


def variables_read() -> set[str]:
    """Every KITH_… name that the product's code asks the environment for."""
    found: set[str] = set()
    for path in [*(ROOT / "config").rglob("*.py"), *(ROOT / "crm").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if "KITH_" in text and "tests" not in path.parts:
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"KITH_[A-Z_]+", node.value):
                    found.add(node.value)
    return found


def settings() -> Iterator[str]:
    yield "# Environment variables"
    yield "\nEverything else is set in the interface. The launcher sets what is marked so; the others are yours.\n"
    yield from table(("Variable", ""), ((f"`{name}`", said) for name, said in sorted(VARIABLES.items())))


def commands() -> Iterator[str]:
    yield "# Commands\n\n## ./kith\n"
    choices: Any = next(action for action in parser()._actions if action.dest == "verb")
    for shown in choices._choices_actions:
        options = [word for one in choices.choices[shown.dest]._actions for word in one.option_strings if word.startswith("--")]
        named = ", ".join(f"`{word}`" for word in options if word != "--help")
        yield f"- `./kith {shown.dest}` {shown.help}{f' ({named})' if named else ''}"
    yield "\n## ./kith manage\n"
    for name, part in sorted(get_commands().items()):
        if part.startswith(("crm.", "config")):
            yield f"- `{name}` {first(load_command_class(part, name).help)}"
    yield "\n## .venv/bin/just\n"
    for said, name in re.findall(r"^# (.+)\n([a-z-]+)[^\n]*:", (ROOT / "justfile").read_text(encoding="utf-8"), re.MULTILINE):
        yield f"- `{name}` {said}"


PAGES = {
    "record-kinds": kinds, "field-types": field_types, "actions": actions, "events": events, "jobs": jobs,
    "environment": settings, "commands": commands,
}  # fmt: skip


def written() -> dict[str, str]:
    """{file name: text} of the whole reference."""
    with translation.override("en"):
        pages = {f"{name}.md": "\n".join(make()) + "\n" for name, make in PAGES.items()}
    titles = [f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in pages.items()]
    pages["README.md"] = "# Reference\n\nMade by `just reference` from the declarations; do not edit it.\n\n" + "\n".join(titles) + "\n"
    return pages


def main(word: str) -> int:
    missing, gone = variables_read() - VARIABLES.keys(), VARIABLES.keys() - variables_read()
    if missing or gone:
        print(f"tools/reference.py: say what {sorted(missing)} are for, and drop {sorted(gone)}.")
        return 1
    pages = written()
    if word == "write":
        PLACE.mkdir(exist_ok=True)
        for name, text in pages.items():
            (PLACE / name).write_text(text, encoding="utf-8")
        return 0
    there = {path.name: path.read_text(encoding="utf-8") for path in PLACE.glob("*.md")}
    stale = sorted(name for name in pages.keys() | there.keys() if pages.get(name) != there.get(name))
    if stale:
        print(f"docs/reference is stale ({', '.join(stale)}): run `just reference`.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
