"""The SQLite file behind the records: transactions, durability, migrations; the only place that knows SQLite."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.adapters.atomic_file import storage_error
from backend.adapters.file_lock import hold
from backend.adapters.stores.records.schema import VERSIONS
from backend.domain.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_S = 15.0
MIGRATION_PATIENCE_S = 120.0
NEARLY_FULL_BYTES = 1_000_000
_PRAGMAS = (
    "PRAGMA synchronous=FULL",  # a commit is on the disk: NORMAL may lose the last ones with the power
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten
    "PRAGMA temp_store=MEMORY",  # no name in a temporary file
)
_REASONS = {
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}


class RecordsDatabase:
    """Gives connections in a transaction; the file is made, and an old one brought up to date, at the first of them.

    Everything here raises StorageError: disk_full, read_only, locked, damaged, too_new, io.
    """

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        before_upgrade: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        """`before_upgrade` is given an old file as it is, before its schema changes; what it raises stops that."""
        self._path = path
        self._before_upgrade = before_upgrade
        self._busy_timeout_s = busy_timeout_s
        self._ready = threading.Lock()
        self._engines: _Engines | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the records."""
        with explained(self._path), self._open().reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give a connection that is alone in writing from its first statement; durable when this ends.

        Without `durable` no crash of the program loses it, but the power may go with it, until anything else is
        written durably: the order of what is written always holds.
        """
        with explained(self._path):
            engines = self._open()
            with (engines.writing if durable else engines.noting).begin() as connection:
                yield connection

    def overwrite_erased(self) -> None:
        """Take what was erased out of the write-ahead log too, as far as nobody else is reading there."""
        with explained(self._path), closing(self._open().reading.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def close(self) -> None:
        """Give the file free; the next use opens it again."""
        with self._ready:
            if self._engines:
                self._engines.reading.dispose()
            self._engines = None

    def _open(self) -> _Engines:
        if self._engines:
            return self._engines
        with self._ready:
            if not self._engines:
                reading = _make_engine(self._path, self._busy_timeout_s)
                self._prepare(reading)
                self._engines = _Engines(
                    reading,
                    reading.execution_options(writes="FULL"),
                    reading.execution_options(writes="NORMAL"),
                )
            return self._engines

    def _prepare(self, engine: Engine) -> None:
        try:
            is_there = self._path.exists()
        except OSError as error:  # a folder above it can't be entered
            raise storage_error(self._path, error) from error
        if is_there and _is_ready(engine, self._path):
            return
        with hold(self._path.with_name(f"{self._path.name}.migration.lock"), timeout_s=MIGRATION_PATIENCE_S):
            _make_file(self._path)
            if _is_ready(engine, self._path):
                return
            from backend.adapters.stores.records.migrate import migrate  # slow to import, seldom needed

            if is_there and self._before_upgrade and _has_records(self._path):
                with closing(sqlite3.connect(self._path, isolation_level=None)) as old:
                    self._before_upgrade(old)

            _switch_to_wal(engine)
            migrate(engine.execution_options(writes="FULL"))


class _Engines(NamedTuple):
    """One pool of connections in three uses."""

    reading: Engine
    writing: Engine
    noting: Engine


def _make_engine(path: Path, busy_timeout_s: float) -> Engine:
    # Parameters are people's names and addresses: never in an error's text.
    engine = create_engine(
        URL.create("sqlite", database=str(path)), hide_parameters=True, connect_args={"timeout": busy_timeout_s}
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # else sqlite3 begins transactions by itself, and only at the first change
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later can't wait for another writer: it fails at once.
    synchronous = connection.get_execution_options().get("writes", "")
    # Straight to the driver: this stands before every statement that a cashier waits for.
    cursor = connection.connection.cursor()
    if synchronous:
        cursor.execute(f"PRAGMA synchronous={synchronous}")  # connections are used for one thing after the other
    cursor.execute("BEGIN IMMEDIATE" if synchronous else "BEGIN DEFERRED").close()


def _switch_to_wal(engine: Engine) -> None:
    """Let readers and a writer work side by side; this stays with the file."""
    with closing(engine.raw_connection()) as connection:  # not possible inside a transaction
        connection.cursor().execute("PRAGMA journal_mode=WAL").close()


def _is_ready(engine: Engine, path: Path) -> bool:
    """Tell whether the file has the newest schema, without Alembic; raises StorageError("too_new")."""
    with engine.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        try:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        except DBAPIError as error:
            if "no such table" not in str(error.orig):
                raise
            version = None
    if version is not None and version not in VERSIONS:
        raise StorageError(str(path), "too_new")
    return mode == "wal" and version == VERSIONS[-1]


def _make_file(path: Path) -> None:
    """Make the file with the rights that the account gives new files: SQLite itself never lets a group write."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o666))
    except OSError as error:
        raise storage_error(path, error) from error


def _has_records(path: Path) -> bool:
    """Tell whether there is something to keep: a start that was killed leaves a file without tables."""
    with closing(sqlite3.connect(path)) as old:
        return old.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is not None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what SQLite says of the file as StorageError."""
    try:
        yield
    except IntegrityError:
        raise  # says something of the records, not of the file
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StorageError(str(path), _reason(cause, path)) from error


def _reason(error: BaseException | None, path: Path) -> str:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_CANTOPEN and path.parent.exists() and not os.access(path.parent, os.W_OK):
        return "read_only"
    if code == sqlite3.SQLITE_IOERR and shutil.disk_usage(path.parent).free < NEARLY_FULL_BYTES:
        return "disk_full"
    return _REASONS.get(code, "io")
