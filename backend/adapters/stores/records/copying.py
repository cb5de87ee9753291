"""A copy of the records while others write: one file, without anything that was sealed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from backend.adapters.stores.records.database import explained

if TYPE_CHECKING:
    from backend.adapters.stores.records.database import RecordsDatabase


class CopiedRecords(NamedTuple):
    """The version of the copy's schema, and how many unfinished mails it lacks."""

    schema: str
    left_out: int


def copy_records(database: RecordsDatabase, target: Path) -> CopiedRecords:
    """Copy one moment of the records to the new file `target`; unfinished mails stay out. Raises StorageError."""
    with explained(target), database.read() as connection:
        return copy_file(cast("sqlite3.Connection", connection.connection.driver_connection), target)


def copy_file(source: sqlite3.Connection, target: Path) -> CopiedRecords:
    """Copy records of any version, as `copy_records` does."""
    with explained(target), closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy)
        for pragma in ("temp_store=MEMORY", "secure_delete=ON", "journal_mode=DELETE"):
            copy.execute(f"PRAGMA {pragma}")
        # Their key stays on this PC, and whoever keeps a backup must not keep an address for years.
        left_out = copy.execute("DELETE FROM outbox WHERE sealed IS NOT NULL").rowcount
        copy.execute("VACUUM")
        (schema,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        return CopiedRecords(schema, left_out)
