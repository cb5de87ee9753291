"""A backup of a shop: one file with its records and settings, without secrets and without waiting mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from backend.domain.errors import FacteurError

KEPT_DAYS = 14  # of automatic ones


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file: its moment, its size in bytes, and how many waiting mails were left out of it."""

    path: Path
    made_at: datetime
    size: int
    left_out: int = 0


def automatic_name(day: date) -> str:
    """Return the name of the automatic backup of a day."""
    return f"facteur-{day.isoformat()}.zip"


def is_outlived(name: str, today: date) -> bool:
    """Tell whether this is the name of an automatic backup that has been kept long enough."""
    try:
        day = date.fromisoformat(name.removeprefix("facteur-").removesuffix(".zip"))
    except ValueError:
        return False
    return name == automatic_name(day) and day <= today - timedelta(days=KEPT_DAYS)


@dataclass(frozen=True, slots=True)
class ShopContents:
    """What a shop holds: tickets per till, and how many customers, users, and mails that have not left."""

    company: str
    tickets: dict[str, int]
    customers: int
    users: int
    waiting: int = 0

    @property
    def ticket_count(self) -> int:
        """Return the tickets of all tills."""
        return sum(self.tickets.values())


@dataclass(frozen=True, slots=True)
class ExaminedBackup:
    """A backup that was unpacked and proved whole; `id` names exactly its content."""

    id: str
    name: str
    made_at: datetime
    program: str
    contents: ShopContents


@dataclass(frozen=True, slots=True)
class LostTickets:
    """Tickets of a till that are recorded now and not in a backup: their numbers would be given once more."""

    till: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ReplacedShop:
    """What a restore has put aside: its folder and when."""

    folder: Path
    at: datetime


def lost_tickets(backup: ShopContents, now: ShopContents) -> list[LostTickets]:
    """Return what a restore would take out of each till, by place in its chain."""
    return [
        LostTickets(till, backup.tickets.get(till, 0) + 1, count)
        for till, count in sorted(now.tickets.items())
        if count > backup.tickets.get(till, 0)
    ]


@dataclass(eq=False)
class BackupFileError(FacteurError):
    """A backup can't be restored; `path` is its name, `reason` is one of these.

    not_a_backup, damaged, too_new, no_room; journal: its tickets don't prove each other; waiting: another restore is
    prepared already; changed: what was looked at is no longer what would be restored.
    """

    cause: ClassVar[str] = "backup_file"
    path: str
    reason: str
