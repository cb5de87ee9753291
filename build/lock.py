"""Lock the dependencies of pyproject.toml with hashes: `python3 build/lock.py [--upgrade]`.

Needs what build/test.py sets up. Each lock holds the one before it, in the same versions.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS: dict[str, tuple[str, ...]] = {
    "runtime": (),
    "window": ("--extra", "window"),
    "package": ("--extra", "window", "--group", "package"),
    "tests": ("--extra", "window", "--group", "package", "--group", "tests"),
}


def lock_command(name: str, previous: str | None, *, upgrade: bool) -> list[str]:
    """Return the uv command that writes build/locks/NAME.txt, for every system and Python from 3.11 on."""
    command = ["uv", "pip", "compile", "pyproject.toml", *LOCKS[name]]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "-q"]
    if previous:
        command += ["-c", f"build/locks/{previous}.txt"]
    if upgrade and not previous:
        command.append("--upgrade")
    return [*command, "-o", f"build/locks/{name}.txt"]


def main(arguments: list[str]) -> int:
    """Write all locks; return uv's exit code."""
    scripts = ROOT / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    previous: str | None = None
    for name in LOCKS:
        command = lock_command(name, previous, upgrade="--upgrade" in arguments)
        print(" ".join(command))
        command[0] = str(scripts / "uv")
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code:
            return code
        previous = name
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
