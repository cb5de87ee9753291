"""Programs of the PC, played by shell scripts that note what they were asked."""

from __future__ import annotations

from pathlib import Path


def note_calls(folder: Path, name: str, then: str = "exit 0") -> Path:
    """Put a program into `folder`; return the file into which it writes its arguments, one call a line."""
    folder.mkdir(exist_ok=True)
    script, arguments = folder / name, folder / f"{name}.arguments"
    script.write_text(f'#!/bin/sh\necho "$@" >> "{arguments}"\n{then}\n', "utf-8")
    script.chmod(0o755)
    return arguments
