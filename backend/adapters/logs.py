"""The program's log: no address and no secret in it, of bounded size, shared by processes."""

from __future__ import annotations

import logging
import os
import re
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime
from pathlib import Path

from backend.adapters.file_lock import hold
from backend.domain.email_address import mask_addresses
from backend.domain.errors import StorageError

LOG_NAME = "facteur.log"
MAX_BYTES = 1_000_000
KEPT = 5
HIDDEN = "…"
_RULES = (
    (re.compile(r"\b(AUTH\s+[A-Z0-9-]+)\s+\S+", re.IGNORECASE), rf"\1 {HIDDEN}"),  # RFC 4954
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"([?&][\w.-]+=)[^&#\s\"']+"), rf"\1{HIDDEN}"),  # the launch token, say
    (
        re.compile(
            r"\b(\w*(?:password|passwd|passphrase|secret|token|cookie|api_?key)\w*)(['\"]?\s*[=:]\s*)\S+", re.IGNORECASE
        ),
        rf"\1\2{HIDDEN}",
    ),
)
_hidden_values: set[str] = set()


def hide(value: str) -> None:
    """Never let this value into the log, whatever stands around it."""
    if len(value) >= 4:  # a shorter one would blot out ordinary words
        _hidden_values.add(value)


def redact(text: str) -> str:
    """Return a text without secrets and e-mail addresses."""
    for value in sorted(_hidden_values, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return mask_addresses(text)


def start_logging(folder: Path, *, level: int = logging.INFO) -> logging.Handler:
    """Log the program's messages, and its libraries' warnings, to `facteur.log` in a folder; return the handler."""
    handler = SharedLogFile(folder / LOG_NAME)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger("backend").setLevel(level)
    return handler


class RedactingFormatter(logging.Formatter):
    """Redacts the whole text, tracebacks too; what follows a line break is indented and can't pass for a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as it is written."""
        return "\n    ".join(redact(super().format(record)).splitlines())

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - logging's
        """Return the moment with its offset."""
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


class SharedLogFile(logging.Handler):
    """Appends each record to a file that other processes append to, and turns it over when it is big.

    The file is open only while a line is written: on Windows an open one can't be renamed.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
        super().__init__()
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; a log that can't be written never stops the program."""
        line = self.format(record) + "\n"
        with suppress(OSError, StorageError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Windows appends where the end was a moment ago: two programs would write over each other.
            with self._alone() if os.name == "nt" else nullcontext():
                size = self._append(line.encode("utf-8", "backslashreplace"))
            if size > self._max_bytes:
                self._turn_over()

    def _append(self, line: bytes) -> int:
        """Write a line; return how big the file is now."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        with open(descriptor, "ab") as file:  # noqa: PTH123 - opens a descriptor, not a path
            file.write(line)
            return file.tell()

    def _alone(self) -> AbstractContextManager[None]:
        return hold(self._path.with_suffix(".lock"))

    def _turn_over(self) -> None:
        with self._alone():
            if self._path.stat().st_size <= self._max_bytes:
                return  # another process has done it
            for number in range(self._kept - 1, 0, -1):
                with suppress(FileNotFoundError):
                    self._numbered(number).replace(self._numbered(number + 1))
            self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
