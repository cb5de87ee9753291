"""The rule of tests/conftest.py on skips, on a small suite of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parent.parent / "conftest.py"
SUITE = """
import pytest

def test_passes():
    pass

@pytest.mark.skip(reason="not today")
def test_skips():
    pass

@pytest.mark.wkhtmltopdf
def test_lacks_a_program():
    pass

@pytest.mark.xfail(strict=True)
def test_fails_as_known():
    assert False
"""
SETTINGS = "[pytest]\nmarkers =\n  wkhtmltopdf: as in pyproject.toml\n"


def run_suite(folder: Path, suite: str, ci: str) -> list[str]:
    conftest = CONFTEST.read_text(encoding="utf-8").replace('("wkhtmltopdf",)', '("no-such-program",)')
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    (folder / "test_suite.py").write_text(suite, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_suite.py"]
    done = subprocess.run(command, cwd=folder, env={"CI": ci}, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def test_a_test_whose_program_is_missing_skips_by_name(tmp_path: Path) -> None:
    *lines, closing = run_suite(tmp_path, SUITE, "")
    assert closing.startswith("1 passed, 2 skipped, 1 xfailed")
    assert any("no-such-program not installed" in line for line in lines)


def test_in_the_ci_every_skip_is_a_failure(tmp_path: Path) -> None:
    assert run_suite(tmp_path, SUITE, "true")[-1].startswith("1 passed, 1 xfailed, 2 errors")


def test_in_the_ci_a_skipped_module_is_a_failure(tmp_path: Path) -> None:
    suite = "import pytest\npytest.importorskip('no_such_library')\n"
    assert run_suite(tmp_path, suite, "true")[-1].startswith("1 error")
