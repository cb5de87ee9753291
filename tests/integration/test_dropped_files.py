"""Files that are dragged from another program onto the letter box of the real window (PRODUCT E3)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.screen import virtual_screen

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.window
@pytest.mark.wkhtmltopdf
def test_two_files_dropped_on_the_real_window_are_attached_behind_the_pdf(tmp_path: Path) -> None:
    files = [tmp_path / "garantie.txt", tmp_path / "plan.txt"]
    for file in files:
        file.write_text("deux ans", "utf-8")
    program = [sys.executable, "tests/integration/dropping_window.py", str(tmp_path / "shop"), *map(str, files)]
    with virtual_screen(tmp_path) as screen:
        environment = {**os.environ, **screen.environment, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            program, cwd=ROOT, env=environment, timeout=200, check=False, capture_output=True, text=True
        )
    assert done.stdout.splitlines()[:3] == ["C1-4-BRICO.pdf", "garantie.txt", "plan.txt"]
