"""Moments as text that sorts: UTC, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Return an aware moment as `2026-11-24T11:00:00.000000+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """Return the moment in the PC's time zone, for people."""
    return datetime.fromisoformat(text).astimezone()
