"""The sending journal in memory."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from backend.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from backend.domain.outgoing_mail import JournalEntry


class MemorySendingJournal:
    """Entries in a list."""

    def __init__(self) -> None:
        self.all: list[JournalEntry] = []
        self._held: set[str] = set()

    @contextmanager
    def issuing(self, ticket_key: str) -> Iterator[None]:
        if ticket_key in self._held:
            raise StorageError(ticket_key, "locked")
        self._held.add(ticket_key)
        try:
            yield
        finally:
            self._held.discard(ticket_key)

    def append(self, entry: JournalEntry) -> None:
        self.all.append(entry)

    def entries(self, ticket_key: str) -> list[JournalEntry]:
        return [entry for entry in self.all if entry.ticket_key == ticket_key]

    def entries_of(self, ticket_keys: Collection[str]) -> list[JournalEntry]:
        return [entry for entry in self.all if entry.ticket_key in ticket_keys]

    def latest(self, limit: int = 50) -> list[JournalEntry]:
        return self.all[::-1][:limit]

    def with_pdf(self, sha256: str) -> list[JournalEntry]:
        return [entry for entry in self.all if entry.pdf_sha256 == sha256]

    def since(self, moment: datetime) -> list[JournalEntry]:
        older = [number for number, entry in enumerate(self.all) if entry.at < moment]
        return self.all[older[-1] + 1 if older else 0 :]
