"""Make a backup: where a person says, or the automatic one of the day."""

from __future__ import annotations

from pathlib import Path

from backend.domain.backup import Backup, automatic_name, is_outlived
from backend.ports import Services


def make_backup(file: Path, services: Services) -> Backup:
    """Write records and settings to `file`, which must not be there yet; raises StorageError."""
    return services.backups.make(file.absolute(), services.clock.now())


def make_daily_backup(services: Services) -> Backup | None:
    """Make today's automatic backup where it is missing, then delete those kept long enough; raises StorageError."""
    today = services.clock.now().date()
    file = services.backups.automatic_file(automatic_name(today))
    made = None if services.training or file.exists() else make_backup(file, services)
    for backup in services.backups.automatic():
        if is_outlived(backup.path.name, today):
            services.backups.forget(backup.path.name)
    return made
