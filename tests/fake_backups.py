"""Backups in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from backend.domain.backup import Backup, BackupFileError, ExaminedBackup, ReplacedShop, ShopContents
from backend.domain.errors import StorageError
from tests.builders import NOON


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


A_SHOP = ShopContents("BRICO", {"C1": 148}, 12, 3)


@dataclass
class MemoryRestoring:
    """ports.Restoring that finds in every file what `contents` says; `failure` is raised instead."""

    contents: ShopContents = A_SHOP
    now: ShopContents | None = A_SHOP
    failure: StorageError | BackupFileError | None = None
    looked: ExaminedBackup | None = None
    wanted: ExaminedBackup | None = None
    put_aside: list[ReplacedShop] = field(default_factory=list)

    def examine(self, file: Path) -> ExaminedBackup:
        if self.failure:
            raise self.failure
        if self.wanted:
            raise BackupFileError(str(file), "waiting")
        self.looked = ExaminedBackup(file.name.encode().hex(), file.name, NOON, "0.1.0", self.contents)
        return self.looked

    def examined(self) -> ExaminedBackup | None:
        return self.looked

    def prepare(self, backup_id: str) -> ExaminedBackup:
        if self.looked is None or self.looked.id != backup_id:
            raise BackupFileError("", "changed")
        self.wanted = self.looked
        return self.wanted

    def prepared(self) -> ExaminedBackup | None:
        return self.wanted

    def cancel(self) -> None:
        self.looked = self.wanted = None

    def current(self) -> ShopContents:
        if self.now is None:
            raise StorageError("records.sqlite3", "damaged")
        return self.now

    def replaced(self) -> list[ReplacedShop]:
        return self.put_aside
