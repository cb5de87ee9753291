"""Small files that are wholly there or not at all: written beside, fsynced, then put in place."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from backend.domain.errors import StorageError

REPLACE_ATTEMPTS = 10
REPLACE_PAUSE_S = 0.05
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})

Replace = Callable[[Path, Path], None]


def storage_error(path: Path, error: OSError) -> StorageError:
    """Say an operating-system error in the words of the domain: disk_full, read_only or io."""
    if error.errno in _DISK_FULL:
        return StorageError(str(path), "disk_full")
    return StorageError(str(path), "read_only" if error.errno in _READ_ONLY else "io")


def write_atomically(path: Path, content: bytes, *, mode: int | None = None, replace: Replace = os.replace) -> None:
    """Put `content` at `path`, durably: a crash leaves the old file or the new one.

    The caller holds the lock that keeps other writers away. `mode` None keeps the mode of the file that is there.
    Raises StorageError (disk_full, read_only, io); then the old file is untouched.
    """
    beside = path.with_name(f"{path.name}.tmp")
    try:
        _write(beside, content, _mode_of(path) if mode is None else mode)
        _replace_patiently(beside, path, replace)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise storage_error(path, error) from error


def read_patiently(path: Path) -> bytes:
    """Read a file that another process may be replacing just now; raises FileNotFoundError, StorageError."""
    for attempt in range(REPLACE_ATTEMPTS):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise
        except PermissionError as error:  # Windows, while the file is being put in place
            if os.name != "nt" or attempt == REPLACE_ATTEMPTS - 1:
                raise storage_error(path, error) from error
            time.sleep(REPLACE_PAUSE_S)
        except OSError as error:
            raise storage_error(path, error) from error
    raise AssertionError("the last attempt returns or raises")


def put_aside(path: Path) -> Path | None:
    """Rename a damaged file to a dated name that is free; None where there is none. Raises StorageError."""
    aside = path
    while aside.exists():
        aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC).strftime('%Y-%m-%dT%H%M%S.%f')}")
    if aside == path:
        return None
    try:
        path.replace(aside)
    except OSError as error:
        raise storage_error(path, error) from error
    return aside


def rename_patiently(source: Path, target: Path) -> None:
    """Rename a file or folder to a free name; an antivirus on Windows may hold it for a moment. Raises OSError."""
    _replace_patiently(source, target, os.rename)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable, where the system can (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return None


def _write(path: Path, content: bytes, mode: int | None) -> None:
    with suppress(FileNotFoundError):
        path.unlink()  # left by a crash, perhaps with other rights
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666 if mode is None else mode)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - opens a descriptor, not a path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace_patiently(source: Path, target: Path, replace: Replace) -> None:
    """Replace; a reader or an antivirus on Windows may hold the target for a moment."""
    for _ in range(REPLACE_ATTEMPTS - 1):
        try:
            return replace(source, target)
        except PermissionError:
            time.sleep(REPLACE_PAUSE_S)
    return replace(source, target)
