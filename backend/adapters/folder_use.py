"""Who uses a data folder: many programs side by side, or one alone that replaces what lies in it.

The operating system frees a lock when its program ends, however that comes.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.domain.errors import StorageError

_PLACES = 1_024  # bytes on Windows, where locks are never shared: who shares takes one of them, who is alone all
_TRIES = 32
_PAUSE_S = 0.02


@contextmanager
def shared_folder(data_dir: Path, *, timeout_s: float = 10.0) -> Iterator[None]:
    """Use a data folder beside others; raises StorageError("in_use") while somebody has it alone."""
    with _held(data_dir, timeout_s, alone=False):
        yield


@contextmanager
def folder_alone(data_dir: Path, *, timeout_s: float = 0.0) -> Iterator[None]:
    """Use a data folder that no other program has open; raises StorageError("in_use")."""
    with _held(data_dir, timeout_s, alone=True):
        yield


@contextmanager
def _held(data_dir: Path, timeout_s: float, *, alone: bool) -> Iterator[None]:
    lock = _open(data_dir / "locks" / "in-use.lock")
    if lock is None:
        if alone:
            raise StorageError(str(data_dir), "read_only")
        yield  # a folder that can't be written: nobody replaces anything in it either
        return
    try:
        deadline = time.monotonic() + timeout_s
        while not _try(lock, alone=alone):
            if time.monotonic() >= deadline:
                raise StorageError(str(data_dir), "in_use")
            time.sleep(_PAUSE_S)
        yield
    finally:
        os.close(lock)


def _open(path: Path) -> int | None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):  # another user's file can be locked without writing to it
        with suppress(OSError):
            return os.open(path, flags, 0o666)
    return None


def _try(lock: int, *, alone: bool) -> bool:
    if sys.platform == "win32":
        import msvcrt

        places = (0,) if alone else random.sample(range(_PLACES), _TRIES)
        for place in places:
            os.lseek(lock, place, os.SEEK_SET)
            with suppress(OSError):
                msvcrt.locking(lock, msvcrt.LK_NBLCK, _PLACES if alone else 1)
                return True
        return False
    import fcntl

    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
