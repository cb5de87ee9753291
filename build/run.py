"""Set Facteur up where that is needed, then start it: `python3 build/run.py [arguments of app.py]`."""

from __future__ import annotations

import os
import subprocess
import sys


def main(arguments: list[str]) -> int:
    """Start app.py with the libraries of .venv, in the caller's folder; return its exit code."""
    from setup_steps import ROOT, SetupError, prepare

    try:
        venv = prepare(tests=False)
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    command = [str(venv.python), str(ROOT / "app.py"), *arguments]
    if sys.platform == "win32":
        return subprocess.run(command, check=False).returncode
    sys.stdout.flush()
    sys.stderr.flush()
    return os.execv(command[0], command)  # noqa: S606 - replaces this program: same terminal, signals and exit code


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - said by the Python that is too old
        sys.exit("Facteur needs Python 3.11 or newer; this is Python " + sys.version.split()[0])
    sys.exit(main(sys.argv[1:]))
