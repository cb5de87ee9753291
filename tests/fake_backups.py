"""Backups in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from backend.domain.backup import Backup
from backend.domain.errors import StorageError


@dataclass
class MemoryBackups:
    """ports.Backups that remembers what was made; `failure` is raised instead."""

    made: dict[Path, Backup] = field(default_factory=dict)
    folder: Path = Path("/backups")
    failure: StorageError | None = None

    def make(self, file: Path, at: datetime) -> Backup:
        if self.failure:
            raise self.failure
        if file in self.made:
            raise StorageError(str(file), "exists")
        self.made[file] = Backup(file, at, 2_500_000)
        return self.made[file]

    def automatic(self) -> list[Backup]:
        own = [backup for backup in self.made.values() if backup.path.parent == self.folder]
        return sorted(own, key=lambda backup: backup.made_at, reverse=True)

    def automatic_file(self, name: str) -> Path:
        return self.folder / name

    def forget(self, name: str) -> None:
        self.made.pop(self.folder / name, None)
