"""Reads files from anywhere in a process of its own: a hostile one ends that process, not the program."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from backend.adapters.pdf.wkhtmltopdf_program import no_window

PATIENCE_S = 20.0
_MEMORY_MAX_BYTES = 1_500_000_000
_ONE_AT_A_TIME = threading.Lock()


def read_in_own_process(
    content: bytes, program: Sequence[str], command: str, *, patience_s: float = PATIENCE_S
) -> bytes | None:
    """Return what a hidden command of the program makes of a file, None where it died or took too long.

    `program` starts Facteur's command line; the command gets the paths of the file and of its answer.
    """
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="facteur-") as folder:
        shown, answer = Path(folder) / "shown", Path(folder) / "answer"
        shown.write_bytes(content)
        try:
            subprocess.run(
                [*program, command, str(shown), str(answer)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=patience_s,
                check=True,
                creationflags=no_window(),
            )
            return answer.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return None


def limit_this_process() -> None:
    """Bound what the process may take that was made for one file (not on Windows, where the deadline has to do)."""
    if sys.platform != "win32":
        import resource

        seconds = int(PATIENCE_S)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX_BYTES, _MEMORY_MAX_BYTES))
