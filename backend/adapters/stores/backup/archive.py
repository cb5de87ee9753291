"""Backups as zip files (Backups): records and settings, copied while others use them, and nothing else."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from backend import VERSION
from backend.adapters.atomic_file import storage_error, sync_folder
from backend.adapters.file_lock import hold
from backend.adapters.stores.backup.manifest import LOGOS, NAME, RECORDS, SETTINGS, Manifest, listed
from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.backup import Backup
from backend.domain.errors import StorageError

if TYPE_CHECKING:
    import sqlite3

    from backend.adapters.stores.records.copying import CopiedRecords
    from backend.adapters.stores.records.database import RecordsDatabase

_PATIENCE_S = 120.0  # for another backup of the same shop


class ZipBackups:
    """Backups of the shop in `data_dir`; automatic ones lie in its folder `backups`."""

    def __init__(self, data_dir: Path, records: Callable[[], RecordsDatabase]) -> None:
        self._data_dir = data_dir
        self._folder = data_dir / "backups"
        self._records = records

    def make(self, file: Path, at: datetime) -> Backup:
        """Write a backup, wholly or not at all; raises StorageError (exists, and those of any file)."""
        from backend.adapters.stores.records.copying import copy_records

        with hold(self._data_dir / "locks" / "backup.lock", timeout_s=_PATIENCE_S):
            return self._make(file, at, "scratch", lambda target: copy_records(self._records(), target))

    def keep_before_upgrade(self, old: sqlite3.Connection, at: datetime) -> Backup:
        """Write a backup of records whose schema is about to change; whoever changes it holds the lock for that."""
        from backend.adapters.stores.records.copying import copy_file

        file = self._folder / f"facteur-{VERSION}-{at.strftime('%Y-%m-%dT%H%M%S.%f')}-before-upgrade.zip"
        return self._make(file, at, "scratch-upgrade", lambda target: copy_file(old, target))

    def automatic(self) -> list[Backup]:
        """Return the backups in the shop's own folder, newest first."""
        backups = []
        for path in self._folder.glob("*.zip"):
            with suppress(FileNotFoundError):  # another program may delete it just now
                stat = path.stat()
                made_at = datetime.fromtimestamp(stat.st_mtime).astimezone()
                backups.append(Backup(path, made_at, stat.st_size))
        return sorted(backups, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)

    def automatic_file(self, name: str) -> Path:
        """Return where an automatic backup of this name lies."""
        return self._folder / name

    def forget(self, name: str) -> None:
        """Delete an automatic backup."""
        path = self._folder / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(path, error) from error

    def _make(self, file: Path, at: datetime, name: str, copy: Callable[[Path], CopiedRecords]) -> Backup:
        if file.exists():
            raise StorageError(str(file), "exists")
        with self._scratch(name) as scratch:
            try:
                left_out = self._pack(scratch, at, copy)
                mode = 0o600 | (self._shared() & 0o060 if file.parent == self._folder else 0)
                return Backup(file, at, _place(scratch / "backup.zip", file, mode), left_out)
            except FileExistsError:
                raise StorageError(str(file), "exists") from None
            except OSError as error:
                raise storage_error(file, error) from error

    def _pack(self, scratch: Path, at: datetime, copy: Callable[[Path], CopiedRecords]) -> int:
        copied = scratch / "shop"
        (copied / SETTINGS).mkdir(parents=True)
        records = copy(copied / RECORDS)
        for path in sorted((self._data_dir / SETTINGS).glob("*.json")):
            (copied / SETTINGS / path.name).write_bytes(SettingsFile(path).copy())
        logos = sorted((self._data_dir / LOGOS).glob("*.png"))  # none of them ever changes
        if logos:
            (copied / LOGOS).mkdir()
        for path in logos:
            shutil.copyfile(path, copied / LOGOS / path.name)
        manifest = Manifest(VERSION, records.schema, at.isoformat(timespec="seconds"), records.left_out, listed(copied))
        with zipfile.ZipFile(scratch / "backup.zip", "x", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(NAME, manifest.to_json())
            for name in manifest.files:
                packed.write(copied / name, name)
        return records.left_out

    def _shared(self) -> int:
        """Return the rights of a group that may write to the data folder: accounts share a shop with its backups."""
        rights = self._data_dir.stat().st_mode & 0o070
        return rights if rights & 0o020 else 0

    @contextmanager
    def _scratch(self, name: str) -> Iterator[Path]:
        """Give an empty folder of this account alone; what a killed backup left there goes first."""
        scratch = self._folder / name
        try:
            shutil.rmtree(scratch, ignore_errors=True)
            self._folder.mkdir(mode=0o700 | self._shared(), parents=True, exist_ok=True)
            scratch.mkdir(mode=0o700)
        except OSError as error:
            raise storage_error(scratch, error) from error
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _place(packed: Path, file: Path, mode: int) -> int:
    """Put a finished backup at `file`, durably, where no file is; return its size. Raises OSError."""
    beside = file.with_name(f"{file.name}.part")
    try:
        # Customers' names and addresses are in it.
        with packed.open("rb") as source, open(beside, "wb", opener=partial(os.open, mode=mode)) as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        _rename_to_free_name(beside, file)
        sync_folder(file.parent)
    finally:
        with suppress(OSError):
            beside.unlink()
    return file.stat().st_size


def _rename_to_free_name(source: Path, target: Path) -> None:
    if os.name != "nt":
        try:
            os.link(source, target)  # refuses a name that is taken; a rename would not
        except FileExistsError:
            raise
        except OSError:  # a USB stick has no links
            if target.exists():
                raise FileExistsError(target) from None
        else:
            return
    source.rename(target)
