"""Chromium as the tests start it: root must go without the sandbox, which the product never leaves out."""

from __future__ import annotations

import os
from pathlib import Path

from backend.adapters.pdf.browser_places import find_browser


def a_browser(folder: Path, before: str = "") -> Path:
    """Return the browser of this PC, or a script in `folder` that becomes it; `before` is shell run ahead of it."""
    real = find_browser()
    if os.name == "nt" or (os.geteuid() != 0 and not before):
        return real
    script = folder / "chromium"
    options = "--no-sandbox" if os.geteuid() == 0 else ""
    script.write_text(f'#!/bin/sh\n{before}\nexec "{real}" {options} "$@"\n', "utf-8")
    script.chmod(0o755)
    return script
