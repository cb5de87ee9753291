"""A backup on its way back (Restoring): unpacked and proved beside the shop, then put in its place by renames.

`restoring/new` holds what was unpacked, `examined.json` says what that is, `prepared.json` that a person wants it.
Only a program that has the folder alone goes on (`replacing.py`).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.atomic_file import put_aside, read_patiently, storage_error, sync_folder, write_atomically
from backend.adapters.file_lock import hold
from backend.adapters.stores.backup.manifest import RECORDS, SETTINGS
from backend.adapters.stores.backup.replacing import EXAMINED, NEW, PREPARED, SLOT, replaced_shops
from backend.adapters.stores.backup.unpacking import unpack
from backend.adapters.stores.settings.database import SettingsFile
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.adapters.stores.settings.users import FolderUserStore
from backend.domain.backup import BackupFileError, ExaminedBackup, ReplacedShop, ShopContents
from backend.domain.errors import StorageError

if TYPE_CHECKING:
    from backend.adapters.stores.records.database import RecordsDatabase

_PATIENCE_S = 120.0  # for a backup of the same shop


class FolderRestoring:
    """The restore of the shop in `data_dir`, of which there is one at a time."""

    def __init__(self, data_dir: Path, records: Callable[[], RecordsDatabase]) -> None:
        self._data_dir = data_dir
        self._slot = data_dir / SLOT
        self._records = records

    def examine(self, file: Path) -> ExaminedBackup:
        """Unpack a backup and prove it; raises BackupFileError, StorageError."""
        with hold(self._data_dir / "locks" / "backup.lock", timeout_s=_PATIENCE_S):
            if self.prepared() is not None:
                raise BackupFileError(file.name, "waiting")
            self._empty_slot()
            try:
                examined = self._examined(file)
            except BaseException:
                shutil.rmtree(self._slot, ignore_errors=True)
                raise
            self._write(EXAMINED, examined)
            return examined

    def examined(self) -> ExaminedBackup | None:
        """Return the backup that was examined last and is neither restored nor dropped."""
        return self._read(EXAMINED)

    def prepare(self, backup_id: str) -> ExaminedBackup:
        """Let the next program that has the folder alone restore what was examined; raises BackupFileError."""
        with hold(self._data_dir / "locks" / "backup.lock", timeout_s=_PATIENCE_S):
            examined = self.examined()
            if examined is None or examined.id != backup_id:
                raise BackupFileError(examined.name if examined else "", "changed")
            self._write(PREPARED, examined)
            return examined

    def prepared(self) -> ExaminedBackup | None:
        """Return the backup that is to be restored."""
        return self._read(PREPARED)

    def cancel(self) -> None:
        """Drop what was unpacked; the shop is as it was."""
        with hold(self._data_dir / "locks" / "backup.lock", timeout_s=_PATIENCE_S):
            self._empty_slot()

    def current(self) -> ShopContents:
        """Return what the shop holds now; raises StorageError where its records can't be read."""
        return _contents(self._data_dir, self._records())

    def replaced(self) -> list[ReplacedShop]:
        """Return what earlier restores have put aside, newest first."""
        return replaced_shops(self._data_dir)

    def _examined(self, file: Path) -> ExaminedBackup:
        from backend.adapters.stores.records.database import RecordsDatabase

        new = self._slot / NEW
        unpacked = unpack(file, new)
        try:
            made_at = datetime.fromisoformat(unpacked.manifest.made_at)
            _check_settings(new / SETTINGS)
            _check_database(new / RECORDS)
            records = RecordsDatabase(new / RECORDS)
            try:
                _check_journal(records, file)  # the first use brings an old schema up to date
                contents = _contents(new, records)
            finally:
                records.close()
        except ValueError as error:
            raise BackupFileError(file.name, "damaged") from error
        except StorageError as error:
            if error.reason in {"too_new", "damaged"}:
                raise BackupFileError(file.name, error.reason) from error
            raise
        return ExaminedBackup(unpacked.id, file.name, made_at, unpacked.manifest.program, contents)

    def _empty_slot(self) -> None:
        try:
            (self._slot / PREPARED).unlink(missing_ok=True)  # first: half a folder must never count as wanted
            (self._slot / EXAMINED).unlink(missing_ok=True)
            if self._slot.exists():
                sync_folder(self._slot)
                shutil.rmtree(self._slot)
            self._slot.mkdir(mode=0o700)
        except OSError as error:
            raise storage_error(self._slot, error) from error

    def _read(self, name: str) -> ExaminedBackup | None:
        try:
            given = json.loads(read_patiently(self._slot / name))
            contents = ShopContents(**given.pop("contents"))
            return ExaminedBackup(made_at=datetime.fromisoformat(given.pop("made_at")), contents=contents, **given)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            put_aside(self._slot / name)
            return None

    def _write(self, name: str, examined: ExaminedBackup) -> None:
        values = {**asdict(examined), "made_at": examined.made_at.isoformat()}
        write_atomically(self._slot / name, json.dumps(values).encode())


def _check_settings(folder: Path) -> None:
    for path in sorted(folder.glob("*.json")):
        SettingsFile(path).copy()  # raises too_new; what can't be read would be put aside
    for path in folder.glob("*.damaged-*"):
        raise StorageError(str(path), "damaged")


def _check_database(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as records:
            records.execute("PRAGMA trusted_schema=OFF")
            found = records.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StorageError(str(path), "damaged") from error
    if found != ("ok",):
        raise StorageError(str(path), "damaged")


def _check_journal(records: RecordsDatabase, file: Path) -> None:
    from backend.adapters.stores.records.tickets import SqlTicketStore

    if SqlTicketStore(records).check_chain().faults:
        raise BackupFileError(file.name, "journal")


def _contents(data_dir: Path, records: RecordsDatabase) -> ShopContents:
    from backend.adapters.stores.records.counting import count_records

    counts = count_records(records)
    company = FolderSettingsStore(data_dir / SETTINGS).company()
    users = FolderUserStore(data_dir / SETTINGS).users()
    return ShopContents(company.name if company else "", counts.tickets, counts.customers, len(users), counts.waiting)
