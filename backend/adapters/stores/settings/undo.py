"""Several settings files changed together or not at all: what they held is kept until all are written."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.adapters.atomic_file import read_patiently, storage_error, write_atomically
from backend.adapters.file_lock import hold
from backend.domain.errors import StorageError

UNDO = "settings.undo"  # no .json: a backup leaves it out
_LOCK = "settings.undo.lock"
_OWNER_ONLY = 0o600


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[None]:
    """Undo every change of the folder's settings files where this ends with an exception, or the program dies in it.

    Raises StorageError; then nothing has changed.
    """
    with hold(folder / _LOCK):
        take_back(folder)
        write_atomically(folder / UNDO, json.dumps(_contents(folder)).encode(), mode=_OWNER_ONLY)
        try:
            yield
        except BaseException:
            take_back(folder)
            raise
        _forget(folder / UNDO)


def finish_interrupted(folder: Path) -> None:
    """Take back what a program that died had changed; a change that is under way elsewhere goes on."""
    if not (folder / UNDO).exists():
        return
    with suppress(StorageError), hold(folder / _LOCK, timeout_s=0):
        take_back(folder)


def take_back(folder: Path) -> None:
    """Put the settings files back as they were before the change that did not end; the caller holds its lock."""
    try:
        before = json.loads(read_patiently(folder / UNDO))
    except FileNotFoundError:
        return
    for path in _settings_files(folder):
        if path.name not in before:
            _forget(path)
    for name, content in before.items():
        wanted, path = base64.b64decode(content), folder / name
        if not path.exists() or path.read_bytes() != wanted:
            write_atomically(path, wanted)
    _forget(folder / UNDO)


def _contents(folder: Path) -> dict[str, str]:
    return {path.name: base64.b64encode(read_patiently(path)).decode() for path in _settings_files(folder)}


def _settings_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in {".json", ".good"})


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(path, error) from error
