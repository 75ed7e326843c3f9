"""A part that is a package of its own: installed, found by its entry point, and held to what holds for every kind."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "kith-loans"
#: What is asked of every record kind and every table of the product.
EVERYWHERE = (
    "tests/api/test_every_kind.py", "tests/api/test_separation.py", "tests/architecture/test_storage.py", "tests/api/test_openapi.py",
)  # fmt: skip


def test_the_example_is_installed_and_passes_what_holds_for_every_kind(tmp_path: Path) -> None:
    package = tmp_path / "package"
    install = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--target", str(package), str(EXAMPLE)]
    subprocess.run(install, check=True, capture_output=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KITH_", "PYTEST_", "DJANGO_"))}
    environment = {**kept, "PYTHONPATH": str(package), "KITH_TEST_DATA": str(tmp_path / "data")}
    wanted = "loan or test_separation or (test_openapi and not as_committed)"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", "-k", wanted]
    done = subprocess.run(
        [*command, str(EXAMPLE / "tests"), *EVERYWHERE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert "loan" in subprocess.run(
        [*command, "--collect-only", *EVERYWHERE], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
