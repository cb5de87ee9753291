"""Copies of a whole shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from datetime import datetime
    from pathlib import Path

    from backend.domain.backup import Backup, ExaminedBackup, ReplacedShop, ShopContents


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


class Restoring(Protocol):
    """Brings a backup back, of one at a time; everything raises StorageError.

    A shop is replaced only by a program that has its folder alone: by the command, or at the next start.
    """

    def examine(self, file: Path) -> ExaminedBackup:
        """Unpack a backup beside the shop and prove files, database and journal; raises BackupFileError."""

    def examined(self) -> ExaminedBackup | None:
        """Return the backup that was examined last and is neither restored nor dropped."""

    def prepare(self, backup_id: str) -> ExaminedBackup:
        """Let the shop be replaced by what was examined; raises BackupFileError("changed") for another one."""

    def prepared(self) -> ExaminedBackup | None:
        """Return the backup that is to be restored."""

    def cancel(self) -> None:
        """Drop what was examined or prepared."""

    def current(self) -> ShopContents:
        """Return what the shop holds now."""

    def replaced(self) -> list[ReplacedShop]:
        """Return what earlier restores have put aside, newest first."""
