"""The sending journal (SendingJournal): append-only, without addresses (PRODUCT F3)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.adapters.file_lock import hold
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.moments import from_text, to_text
from backend.adapters.stores.records.schema import sending_journal as journal
from backend.domain.email_address import mask_addresses
from backend.domain.outgoing_mail import JournalEntry


class SqlSendingJournal:
    """Entries in SQL; triggers refuse to change or delete one."""

    def __init__(self, database: RecordsDatabase, locks: Path) -> None:
        self._database = database
        self._locks = locks

    def issuing(self, ticket_key: str) -> AbstractContextManager[None]:
        """Hold a ticket between processes and threads; raises StorageError("locked") after some seconds."""
        return hold(self._locks / f"issue-{ticket_key}.lock", remove=True)

    def append(self, entry: JournalEntry) -> None:
        """Append an entry, durable on return; an address that an answer still holds is masked."""
        with self._database.write() as connection:
            append_entry(connection, entry)

    def entries(self, ticket_key: str) -> list[JournalEntry]:
        """Return the entries of a ticket, oldest first."""
        found = select(journal).where(journal.c.ticket_key == ticket_key).order_by(journal.c.id)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(found)]

    def entries_of(self, ticket_keys: Collection[str]) -> list[JournalEntry]:
        """Return the entries of these tickets, oldest first."""
        found = select(journal).where(journal.c.ticket_key.in_(ticket_keys)).order_by(journal.c.id)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(found)]

    def latest(self, limit: int = 50) -> list[JournalEntry]:
        """Return the newest entries, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(journal).order_by(journal.c.id.desc()).limit(limit))
            return [_entry(row) for row in rows]

    def since(self, moment: datetime) -> list[JournalEntry]:
        """Return what was appended after the last entry from before `moment`, oldest first."""
        # From the newest backwards by the primary key: it ends at the first entry that is older.
        before = select(journal.c.id).where(journal.c.at < to_text(moment)).order_by(journal.c.id.desc()).limit(1)
        found = select(journal).where(journal.c.id > func.coalesce(before.scalar_subquery(), 0)).order_by(journal.c.id)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(found)]

    def with_pdf(self, sha256: str) -> list[JournalEntry]:
        """Return all entries on this PDF, oldest first."""
        found = select(journal).where(journal.c.pdf_sha256 == sha256).order_by(journal.c.id)
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(found)]


def append_entry(connection: Connection, entry: JournalEntry) -> None:
    """Append an entry within a transaction."""
    values = {**asdict(entry), "at": to_text(entry.at), "reply": mask_addresses(entry.reply)}
    connection.execute(journal.insert(), values)


def _entry(row: Row[Any]) -> JournalEntry:
    values = {name: value for name, value in row._mapping.items() if name != "id"}  # noqa: SLF001 - its public name
    values["at"] = from_text(values["at"])
    return JournalEntry(**values)
