"""The program started many times, each time in the fork of a process that has its libraries already: to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.program import APP, Program
from tests.servers.secret_service import environment_without_secret_service

_FORKING = """
import importlib, json, os, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
for line in sys.stdin:
    child = os.fork()
    if not child:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0), os.dup2(nothing, 1)
        sys.stdin = open(0, closefd=False)  # the parent has read from its own already
        sys.argv[1:] = json.loads(line)
        from backend.cli import main
        main()
    print(child, flush=True)
    sys.stdin.readline()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_SLOW_TO_IMPORT = (
    *("aiosmtpd.smtp", "cryptography.hazmat.primitives.ciphers.aead", "email_validator", "filelock", "flask_babel"),
    *(
        "pdfkit",
        "pypdfium2",
        "sqlalchemy.dialects.sqlite",
        "tinydb",
        "backend.cli.mail_commands",
        "backend.web.messages",
    ),
    *("backend.usecases.send_ticket", "backend.usecases.manage_users", "backend.adapters.stores.records.outbox"),
    *("backend.adapters.pdf.wkhtmltopdf", "backend.adapters.pdf.ticket_page", "backend.adapters.mail.training_server"),
)


class ForkedProgram:
    """A process that forks one command of `program` after the other; a context manager."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._parent = subprocess.Popen(
            [sys.executable, "-c", _FORKING, json.dumps(_SLOW_TO_IMPORT)],
            cwd=program.folder,
            env={**environment_without_secret_service(program.folder), "PYTHONPATH": str(APP.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.close()
        self._parent.stdout.close()
        self._parent.wait(10)

    def run(self, *command: str | Path, wait_to_kill: Callable[[], None] | None = None) -> int:
        """Run a command to its end, or kill -9 it once `wait_to_kill` returns; return its exit code, -9 if killed."""
        self._write(json.dumps(self._program.arguments(*command)))
        child = self._read()
        if wait_to_kill:
            wait_to_kill()
            # An ended child keeps its number until the parent, told by the next line, asks for its exit code.
            os.kill(child, signal.SIGKILL)
        self._write("")
        return self._read()

    def _write(self, line: str) -> None:
        assert self._parent.stdin
        self._parent.stdin.write(line + "\n")
        self._parent.stdin.flush()

    def _read(self) -> int:
        assert self._parent.stdout
        return int(self._parent.stdout.readline())


def after(seconds: float) -> Callable[[], None]:
    """Wait a while before the killing."""
    return lambda: time.sleep(seconds)
