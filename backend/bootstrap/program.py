"""Where this program lies, and how it is started again."""

from __future__ import annotations

import sys
from pathlib import Path


def program_folder() -> Path:
    """Return where the program lies: the folder of app.py, or that of the built program."""
    return Path(sys.executable).parent if getattr(sys, "frozen", False) else Path(__file__).resolve().parents[2]


def own_command() -> list[str]:
    """Return what starts this program's command line again."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, str(program_folder() / "app.py")]
