"""Copies of a whole shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from datetime import datetime
    from pathlib import Path

    from backend.domain.backup import Backup


class Backups(Protocol):
    """Copies records and settings while others use them; everything raises StorageError."""

    def make(self, file: Path, at: datetime) -> Backup:
        """Write a backup to a file that is not there yet, wholly or not at all; raises StorageError("exists")."""

    def automatic(self) -> list[Backup]:
        """Return the backups in the shop's own folder, newest first."""

    def automatic_file(self, name: str) -> Path:
        """Return where an automatic backup of this name lies."""

    def forget(self, name: str) -> None:
        """Delete an automatic backup."""
