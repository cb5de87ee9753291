"""Bring a backup back: look into it, say what it replaces, prepare the replacement (PRODUCT H4)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backend.domain.backup import ExaminedBackup, LostTickets, ShopContents, lost_tickets
from backend.domain.errors import StorageError
from backend.ports import Services


@dataclass(frozen=True, slots=True)
class RestorePreview:
    """What a backup holds, what the shop holds now (None where that can't be read), and what the shop would lose."""

    backup: ExaminedBackup
    now: ShopContents | None
    lost: list[LostTickets]


def examine_backup(file: Path, services: Services) -> RestorePreview:
    """Unpack and prove a backup beside the shop, which stays as it is; raises BackupFileError, StorageError."""
    return preview_of(services.restoring.examine(file.absolute()), services)


def preview_of(backup: ExaminedBackup, services: Services) -> RestorePreview:
    """Compare an examined backup with the shop as it is now."""
    try:
        now = services.restoring.current()
    except StorageError:  # perhaps this is why somebody restores
        return RestorePreview(backup, None, [])
    return RestorePreview(backup, now, lost_tickets(backup.contents, now))


def prepare_restore(backup_id: str, services: Services) -> ExaminedBackup:
    """Have the examined backup restored by the next program that has the folder alone; raises BackupFileError."""
    return services.restoring.prepare(backup_id)


def drop_restore(services: Services) -> None:
    """Drop what was examined or prepared."""
    services.restoring.cancel()
