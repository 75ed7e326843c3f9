"""Words of the interface: found in Python and in templates, compiled for Django, traditional made from simplified."""

import gettext
import json
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from config.launcher.commands import ROOT

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext
_("Customers")
pgettext("board", "Lead")
ngettext("%(count)s row", "%(count)s rows", 2)
"""
PAGE = """
<h1>{{ _("Settings") }}</h1>
{% trans count = rows|length %}{{ count }} file{% pluralize %}{{ count }} files{% endtrans %}
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The tool, looking at a small tree of its own."""
    spec = spec_from_file_location("translations", ROOT / "tools/translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    for name in ("TEMPLATE", "SIMPLIFIED", "TRADITIONAL"):
        monkeypatch.setattr(module, name, tmp_path / getattr(module, name).relative_to(ROOT))
    (tmp_path / "crm/tests").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "crm/part.py").write_text(PYTHON)
    (tmp_path / "crm/tests/test_part.py").write_text('_("Only in a test")')
    (tmp_path / "templates/page.jinja").write_text(PAGE)
    yield module


def test_words_of_python_and_pages_are_found(tool: ModuleType) -> None:
    found = {message.id for message in tool.collected() if message.id}
    assert found == {
        "Customers",
        "Lead",
        ("%(count)s row", "%(count)s rows"),
        "Settings",
        ("%(count)s file", "%(count)s files"),
    }


def test_missing_chinese_is_a_fault(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    tool.main("update", [])
    assert tool.main("check", []) == 1
    assert "'Customers' has no Chinese" in capsys.readouterr().out


def test_filled_words_are_compiled_for_both_scripts(tool: ModuleType, tmp_path: Path) -> None:
    pairs = {
        "Customers": "客户",
        "Lead": "线索",
        "%(count)s row": "%(count)s 行",
        "Settings": "设置",
        "%(count)s file": "%(count)s 个文件",
    }
    (tmp_path / "words.json").write_text(json.dumps(pairs))
    tool.main("fill", [str(tmp_path / "words.json")])
    assert tool.main("check", []) == 0
    tool.main("compile", [])
    simplified = gettext.translation("django", tmp_path / "locale", ["zh_Hans"])
    traditional = gettext.translation("django", tmp_path / "locale", ["zh_Hant"])
    assert simplified.gettext("Customers") == "客户"
    assert traditional.gettext("Customers") == "客戶"
    assert traditional.gettext("Settings") == "設定"
    assert simplified.pgettext("board", "Lead") == "线索"
    assert simplified.ngettext("%(count)s file", "%(count)s files", 3) == "%(count)s 个文件"


def test_a_wrong_placeholder_is_a_fault(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words.json").write_text(json.dumps({"%(count)s row": "%(total)s 行"}))
    tool.main("fill", [str(tmp_path / "words.json")])
    assert tool.main("check", []) == 1
    assert "other placeholders" in capsys.readouterr().out
