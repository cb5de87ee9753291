"""Files that hold a ticket: written whole and durably, readable by their owner alone."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from secrets import token_hex

from backend.domain.pdf_settings import PdfFailure

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_private(path: Path, content: bytes) -> None:
    """Write a new file with mode 0600; raises OSError, also when it exists."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


def write_pdf(target: Path, pdf: bytes) -> None:
    """Put a finished PDF in its place: a temporary neighbour, synced, then renamed.

    Raises PdfFailure("unwritable"), PdfFailure("disk_full"); then nothing stands there that did not before.
    """
    neighbour = target.with_name(f".{token_hex(8)}.part")
    try:
        with neighbour.open("xb") as file:
            file.write(pdf)
            file.flush()
            os.fsync(file.fileno())
        neighbour.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            neighbour.unlink(missing_ok=True)
        raise failure_of(error, target.parent) from error


def failure_of(error: OSError, folder: Path | None = None) -> PdfFailure:
    """Return what a failed write means: disk_full or unwritable."""
    place = folder or error.filename or ""
    return PdfFailure("disk_full" if error.errno in _FULL else "unwritable", detail=f"{place}: {error.strerror}")
