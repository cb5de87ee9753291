"""The sending journal in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from backend.domain.outgoing_mail import JournalEntry


class MemorySendingJournal:
    """Entries in a list."""

    def __init__(self) -> None:
        self.all: list[JournalEntry] = []

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
