"""Programs of the PC that are started with a mail and may stay open long after."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence

ANSWER_S = 8.0


def start_program(command: Sequence[str], answer_s: float = ANSWER_S) -> int | None:
    """Start a program that outlives this one; return its exit code, None if it still runs after `answer_s`.

    Raises OSError where it can't be started.
    """
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        return child.wait(answer_s)
    except subprocess.TimeoutExpired:
        threading.Thread(target=child.wait, daemon=True, name="mail-program").start()  # so that no zombie stays
        return None
