"""A backup of a shop: one file with its records and settings, without secrets and without waiting mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

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
