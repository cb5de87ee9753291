"""The clock of the PC."""

from __future__ import annotations

from datetime import datetime


class SystemClock:
    """Tells the time in the PC's own time zone."""

    def now(self) -> datetime:
        """Return the present moment, aware."""
        return datetime.now().astimezone()
