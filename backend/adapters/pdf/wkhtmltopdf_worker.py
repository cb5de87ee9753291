"""One wkhtmltopdf that stays: command lines go in by stdin, `Done` comes back on stderr."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.pdf.wkhtmltopdf_program import no_window

_EXIT_TIMEOUT_S = 2
_END = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one page may take, and how long one process lives: it loses about 130 kB a conversion."""

    timeout_s: float = 10
    conversions: int = 250
    memory_bytes: int = 150_000_000


USUAL_LIMITS = Limits()


class WorkerDiedError(Exception):
    """The process ended in the middle of a conversion; the text is what it last said."""


class WorkerHungError(Exception):
    """The process did not answer in time and was killed."""


class Worker:
    """A supervised process for one conversion at a time; its owner holds the lock.

    The process ends with this one, however this one ends: the end of stdin is its sign to stop.
    """

    def __init__(self, program: Path, environment: Mapping[str, str], folder: Path) -> None:
        """Start the process in `folder`; raises OSError."""
        self.conversions = 0
        self._process = subprocess.Popen(
            [program, "--read-args-from-stdin"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
            creationflags=no_window(),
        )
        self._said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="wkhtmltopdf-stderr", daemon=True).start()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def convert(self, arguments: Sequence[str], timeout_s: float) -> str:
        """Run one command line; return everything that the program said until it was done.

        Whether it did what was asked must be read from the file: it says `Done` without one too.
        Raises WorkerDiedError, WorkerHungError; the worker is of no use afterwards.
        """
        self.conversions += 1
        deadline = time.monotonic() + timeout_s
        try:
            stdin = self._process.stdin
            assert stdin is not None  # noqa: S101 - stdin=PIPE
            stdin.write(command_line(arguments))
        except OSError as error:
            raise WorkerDiedError(str(error)) from error
        said: list[str] = []
        while True:
            try:
                line = self._said.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.close()
                raise WorkerHungError(f"no answer within {timeout_s:g} s") from None
            if line is _END:
                raise WorkerDiedError("\n".join(said[-20:]))
            if line == "Done":
                return "\n".join(said)
            said.append(line)

    def is_worn(self, limits: Limits) -> bool:
        """Tell whether it is time for a fresh process."""
        return self.conversions >= limits.conversions or memory_bytes(self.pid) > limits.memory_bytes

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_EXIT_TIMEOUT_S)
        if self._process.stdin:
            self._process.stdin.close()

    def _listen(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None  # noqa: S101 - stderr=PIPE
        with stderr:
            rest = ""
            while chunk := stderr.read(65536):
                # Its progress bars end with a carriage return.
                *lines, rest = (rest + chunk.decode("utf-8", "replace")).replace("\r", "\n").split("\n")
                for line in lines:
                    if line.strip():
                        self._said.put(line.strip())
        self._said.put(_END)


def command_line(arguments: Sequence[str]) -> bytes:
    """Quote arguments as wkhtmltopdf reads them from stdin; raises ValueError for one that holds a line break."""
    if any("\n" in argument or "\r" in argument for argument in arguments):
        raise ValueError("a command line is one line")
    quoted = ('"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"' for argument in arguments)
    return " ".join(quoted).encode() + b"\n"


def memory_bytes(pid: int) -> int:
    """Return the resident memory of a process, 0 where the system doesn't say (then conversions are counted)."""
    if sys.platform != "linux":
        return 0
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * 4096
