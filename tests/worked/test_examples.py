"""The worked examples of CONTRIBUTING.md, carried out in a copy of the tree and asked over HTTP."""

import re
from pathlib import Path

from tests.worked.copying import ROOT, Copy

BLOCK = re.compile(r"^```(?:python|diff) (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(heading: str) -> dict[str, str]:
    """{file: text} of the code blocks under one heading of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    part = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return dict(BLOCK.findall(part))


def test_one_field_is_one_line(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "tree")
    ((name, line),) = blocks("Add a field").items()
    anchor = "    tags = f.Tags("
    assert len(line.strip().splitlines()) == 1
    copy.edit(name, anchor, f"{line.rstrip()}\n{anchor}")
    said = copy.manage("makemigrations", "customers", "--name", "colour")
    assert "Add field colour to account" in said
    copy.ask("ask_one_field.py")


def test_a_new_kind_is_at_most_forty_lines(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "tree")
    written = blocks("Add a record kind")
    lines = [line for text in written.values() for line in text.splitlines() if line.strip() and not line.strip().startswith(("#", '"""'))]
    assert len(lines) <= 40
    for name, text in written.items():
        path = copy.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n\n{text}" if path.stat().st_size else text)
    assert "Create model Vehicle" in copy.manage("makemigrations", "customers", "--name", "vehicle")
    copy.ask("ask_new_kind.py")


def test_an_action_is_a_button_and_an_operation(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "tree")
    for name, text in blocks("Add an action").items():
        with (copy.place / name).open("a", encoding="utf-8") as file:
            file.write(f"\n\n{text}")
    copy.ask("ask_action.py")
