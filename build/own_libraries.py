"""Programs of the package that bring libraries of their own: on Linux only they get them, nothing that they start."""

from __future__ import annotations

from pathlib import Path

_SCRIPT = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/{libraries}" exec "$here/{program}" "$@"
"""


def start_with_libraries(program: Path, libraries: str) -> None:
    """Put a script in the program's place that starts it with a folder of libraries, named from where it lies."""
    real = program.rename(program.with_name(f"{program.name}.bin"))
    program.write_text(_SCRIPT.format(libraries=libraries, program=real.name), encoding="ascii")
    program.chmod(0o755)
