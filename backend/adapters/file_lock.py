"""Locks between processes (and threads) that share a data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.adapters.atomic_file import storage_error
from backend.domain.errors import StorageError

PATIENCE_S = 10.0


@contextmanager
def hold(path: Path, *, timeout_s: float = PATIENCE_S, remove: bool = False) -> Iterator[None]:
    """Hold the lock file `path`; the operating system frees it when the process dies.

    `remove` deletes the file at the end, for locks of which there are many.
    Raises StorageError: locked after `timeout_s`, read_only, disk_full, io.
    """
    from filelock import FileLock, Timeout  # slow to import, and not needed to read

    lock = FileLock(path, poll_interval=0.01)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=timeout_s)
    except Timeout:
        raise StorageError(str(path), "locked") from None
    except OSError as error:
        raise storage_error(path, error) from error
    try:
        yield
    finally:
        if remove and os.name != "nt":  # there filelock does it itself; here it notices a name that is gone
            with suppress(OSError):
                path.unlink()
        lock.release()
