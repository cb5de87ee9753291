"""A TinyDB file made safe; the only place that knows what TinyDB leaves open.

TinyDB's own JSON storage overwrites in place (a full disk or a crash destroys the file), caches document ids for one
process, and locks nothing. Here a change reads, alters and writes the whole small file under a lock between processes,
atomically; a reader looks whether the file has changed; a file that can't be read is put aside, never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tinydb import TinyDB
from tinydb.storages import Storage

from backend.adapters.atomic_file import put_aside, read_patiently, storage_error, write_atomically
from backend.adapters.file_lock import hold
from backend.domain.errors import StorageError

RACY_NS = 2_000_000_000  # a file changed this recently may change again within the same tick of its time stamp

Tables = dict[str, dict[str, Any]]
Upgrade = Callable[[Tables], Tables]
# Each turns the tables of a file from one format into the next; the first format is 1, and every format keeps the check
# sum over format and tables.
UPGRADES: tuple[Upgrade, ...] = ()
FORMAT = len(UPGRADES) + 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovery:
    """A settings file that couldn't be read: where it is now, and whether the last good copy took its place."""

    name: str
    put_aside: Path | None  # None where the file was gone
    restored: bool


class SettingsFile:
    """One TinyDB file, `.good` (its last good copy) and `.lock` beside it."""

    def __init__(
        self,
        path: Path,
        report: Callable[[Recovery], None] | None = None,
        *,
        upgrades: tuple[Upgrade, ...] = UPGRADES,
    ) -> None:
        self._path = path
        self._upgrades = upgrades
        self._good = path.with_suffix(".good")
        self._lock = path.with_suffix(".lock")
        self._report = report or _log_recovery
        self._seen: _Seen | None = None

    def read(self) -> TinyDB:
        """Return the tables as they are now, for reading; raises StorageError."""
        try:
            tables = self._current()
        except _DamagedError:
            with hold(self._lock):
                tables = self._recovered()
        return TinyDB(storage=_TablesInMemory, tables=tables)

    @contextmanager
    def change(self) -> Iterator[TinyDB]:
        """Give the tables to alter; what was altered is durable when this ends without an exception.

        Raises StorageError (disk_full, read_only, locked, too_new, io); then nothing has changed.
        """
        with hold(self._lock):
            storage = _TablesInMemory(self._recovered())
            yield TinyDB(storage=lambda: storage)
            if storage.altered:
                self._write(storage.tables)

    def copy(self) -> bytes:
        """Return the whole file as it is at one moment; raises StorageError."""
        with hold(self._lock):
            return _serialise(self._recovered(), self._format)

    @property
    def _format(self) -> int:
        return len(self._upgrades) + 1

    def _current(self) -> Tables:
        try:
            stamp = _stamp_of(self._path)
            if self._seen and self._seen.stamp == stamp and not self._seen.racy:
                return self._seen.tables
            tables = _parse(read_patiently(self._path), self._path, self._upgrades)
        except FileNotFoundError:
            if self._good.exists():
                raise _DamagedError from None
            return {}
        except OSError as error:
            raise storage_error(self._path, error) from error
        self._seen = _Seen(stamp, time.time_ns() - stamp.changed_ns < RACY_NS, tables)
        return tables

    def _recovered(self) -> Tables:
        """Read afresh under the lock; put a damaged file aside and go on with the last good copy."""
        self._seen = None
        try:
            return self._current()
        except _DamagedError:
            aside = put_aside(self._path)
        finally:
            self._seen = None  # what is changed in memory must not stand for the file
        tables: Tables = {}
        restored = False
        try:
            content = read_patiently(self._good)
            tables = _parse(content, self._good, self._upgrades)
            write_atomically(self._path, content)
            restored = True
        except _DamagedError:
            put_aside(self._good)
        except FileNotFoundError:
            pass
        self._report(Recovery(self._path.name, aside, restored))
        return tables

    def _write(self, tables: Tables) -> None:
        self._keep_older()
        content = _serialise(tables, self._format)
        write_atomically(self._path, content)
        try:
            write_atomically(self._good, content)
        except StorageError:
            _log.warning("%s is saved, its good copy is an older one", self._path.name)

    def _keep_older(self) -> None:
        """Keep a file of an older format beside, before it is written in this one."""
        try:
            content = read_patiently(self._path)
        except FileNotFoundError:
            return
        version = _version_of(content)
        if version < self._format:
            write_atomically(self._path.with_name(f"{self._path.stem}.format-{version}"), content)


class _DamagedError(Exception):
    """The file isn't what was written."""


class _Stamp(NamedTuple):
    changed_ns: int
    size: int
    inode: int


class _Seen(NamedTuple):
    stamp: _Stamp
    racy: bool
    tables: Tables


class _TablesInMemory(Storage):
    """What TinyDB works on; the file is written once, at the end of a change."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.altered = False

    def read(self) -> Tables:
        return self.tables

    def write(self, data: Tables) -> None:
        self.tables = data
        self.altered = True


def _stamp_of(path: Path) -> _Stamp:
    status = path.stat()
    return _Stamp(status.st_mtime_ns, status.st_size, status.st_ino)


def _check_sum(version: object, tables: object) -> str:
    text = json.dumps([version, tables], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _serialise(tables: Tables, version: int) -> bytes:
    document = {"format": version, "sha256": _check_sum(version, tables), "tables": tables}
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def _version_of(content: bytes) -> int:
    version: int = json.loads(content)["format"]
    return version


def _parse(content: bytes, path: Path, upgrades: tuple[Upgrade, ...]) -> Tables:
    tables: Tables
    try:
        document = json.loads(content)
        version, tables = document["format"], document["tables"]
        sound = document["sha256"] == _check_sum(version, tables)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _DamagedError from error
    if not sound or not isinstance(version, int) or version < 1 or not isinstance(tables, dict):
        raise _DamagedError
    if version > len(upgrades) + 1:
        raise StorageError(str(path), "too_new")
    for upgrade in upgrades[version - 1 :]:
        tables = upgrade(tables)
    return tables


def _log_recovery(recovery: Recovery) -> None:
    what = "the last good copy took its place" if recovery.restored else "it starts empty"
    aside = recovery.put_aside.name if recovery.put_aside else "nowhere (it was gone)"
    _log.error("%s could not be read and was put aside as %s; %s", recovery.name, aside, what)
