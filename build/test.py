"""Set everything up, then check and test: `python3 build/test.py [pytest arguments | faults | windows | packaging]`.

Every check is run, also after one has failed; the exit code is the first failed one's. pytest comes last, so that its
closing line is the last one on stdout.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from virtual_env import Venv

CAMPAIGNS = ("faults", "windows", "packaging")


def check_commands(venv: Venv) -> list[list[str]]:
    """Return the checks that come before the tests."""
    checks = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports", "--no-logo"))
    return [[str(venv.program(name)), *arguments] for name, *arguments in checks]


def pytest_command(venv: Venv, root: Path, arguments: list[str]) -> list[str]:
    """Return the tests' command: all of them with coverage, or one campaign by itself."""
    command = [str(venv.python), "-m", "pytest"]
    if arguments[:1] and arguments[0] in CAMPAIGNS:
        return [*command, str(root / "tests" / arguments[0]), *arguments[1:]]
    return [*command, "--cov", "--cov-report=term", *arguments]


def run_all(commands: list[list[str]], root: Path) -> int:
    """Run each command in turn; return the first exit code that is not 0."""
    first = 0
    failed = []
    for command in commands:
        shown = " ".join([os.path.basename(command[0]), *command[1:]])  # noqa: PTH119 - a name in a line of text
        print(f"== {shown}", flush=True)
        code = subprocess.run(command, cwd=root, check=False).returncode
        if code:
            failed.append(shown)
            first = first or code
    for shown in failed:
        print(f"failed: {shown}", file=sys.stderr)
    return first


def main(arguments: list[str]) -> int:
    """Run the checks and the tests, or one campaign; return the exit code."""
    from setup_steps import ROOT, SetupError, prepare

    campaign = arguments[0] if arguments[:1] and arguments[0] in CAMPAIGNS else ""
    if campaign and not (ROOT / "tests" / campaign).is_dir():
        print(f"there are no tests/{campaign} yet", file=sys.stderr)
        return 2
    try:
        venv = prepare(tests=True, campaign=campaign)
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    checks = [] if campaign else check_commands(venv)
    return run_all([*checks, pytest_command(venv, ROOT, arguments)], ROOT)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - said by the Python that is too old
        sys.exit("Facteur needs Python 3.11 or newer; this is Python " + sys.version.split()[0])
    sys.exit(main(sys.argv[1:]))
