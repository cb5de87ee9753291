"""Put a prepared backup in the place of a shop, whose files are moved aside: by renames, any of which may be the last.

`moving.json` is written before the first rename and names where the old files go; as long as it is there, whoever
opens the folder finishes the work first. Nothing is deleted but what was empty.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from datetime import datetime
from pathlib import Path

from backend.adapters.atomic_file import read_patiently, rename_patiently, storage_error, sync_folder, write_atomically
from backend.adapters.stores.backup.manifest import LOGOS, RECORDS, SETTINGS
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.domain.backup import ReplacedShop
from backend.domain.errors import StorageError

SLOT, NEW = "restoring", "new"
EXAMINED, PREPARED, MOVING = "examined.json", "prepared.json", "moving.json"
_TIME_FORMAT = "%Y-%m-%dT%H%M%S"
_REPLACED = re.compile(r"replaced-(\d{4}-\d\d-\d\dT\d{6})(-\d+)?")
_log = logging.getLogger(__name__)


def is_prepared(data_dir: Path) -> bool:
    """Tell whether a backup waits to be restored."""
    return (data_dir / SLOT / PREPARED).exists()


def is_interrupted(data_dir: Path) -> bool:
    """Tell whether a restore has begun to move files and is not at its end: nothing else may use the folder."""
    return (data_dir / SLOT / MOVING).exists()


def replace_shop(data_dir: Path, at: datetime) -> Path | None:
    """Restore what is prepared, or go on where a restore broke off; return where the old files are.

    The caller has the folder alone. None where nothing is to be done. Raises StorageError.
    """
    slot = data_dir / SLOT
    try:
        if not is_interrupted(data_dir):
            if not is_prepared(data_dir):
                return None
            _close_gates(slot / NEW, data_dir)
            write_atomically(slot / MOVING, json.dumps({"to": _free_name(data_dir, at)}).encode())
        aside = data_dir / _target(slot / MOVING)
        aside.mkdir(mode=0o700, exist_ok=True)
        _move_all(slot / NEW, data_dir, aside)
        (slot / PREPARED).unlink(missing_ok=True)
        (slot / MOVING).unlink()
        sync_folder(slot)
        shutil.rmtree(slot, ignore_errors=True)
    except OSError as error:
        raise storage_error(data_dir, error) from error
    _log.warning("a backup was restored; what was there before is in %s", aside.name)
    return aside


def replaced_shops(data_dir: Path) -> list[ReplacedShop]:
    """Return what earlier restores have put aside, newest first."""
    found = []
    for folder in data_dir.glob("replaced-*"):
        name = _REPLACED.fullmatch(folder.name)
        if name and folder.is_dir():
            found.append(ReplacedShop(folder, datetime.strptime(name[1], _TIME_FORMAT).astimezone()))
    return sorted(found, key=lambda shop: (shop.at, shop.folder.name), reverse=True)


def _move_all(new: Path, data_dir: Path, aside: Path) -> None:
    if (new / RECORDS).exists():
        # Side files of the old database go before it: beside the new one they would be taken for its own.
        for name in (f"{RECORDS}-wal", f"{RECORDS}-shm", RECORDS):
            _move(data_dir / name, aside)
        _move(new / RECORDS, data_dir)
    if (new / SETTINGS).exists():
        _move(data_dir / SETTINGS, aside)
        _move(new / SETTINGS, data_dir)
    for logo in sorted((new / LOGOS).glob("*.png")):  # named by their hash: one that is there is the same
        if not (data_dir / LOGOS / logo.name).exists():
            (data_dir / LOGOS).mkdir(exist_ok=True)
            _move(logo, data_dir / LOGOS)


def _move(path: Path, folder: Path) -> None:
    """Move a file or folder, if it is there, durably; the target's name is free."""
    if not path.exists():
        return
    target = folder / path.name
    if target.exists():
        raise StorageError(str(target), "exists")
    rename_patiently(path, target)
    sync_folder(folder)
    sync_folder(path.parent)


def _close_gates(new: Path, data_dir: Path) -> None:
    """Close the gate of each restored sender that isn't exactly in force now.

    Passwords are not in a backup: those of this PC belong to the settings that are in force, and must not be sent to
    another server.
    """
    restored, now = FolderSettingsStore(new / SETTINGS), FolderSettingsStore(data_dir / SETTINGS)
    for sender in restored.sender_profiles():
        known = now.sender_profile(sender.user)
        if known is None or not known.gate_is_open or known.fingerprint != sender.fingerprint:
            restored.save_sender_profile(sender.not_working())


def _free_name(data_dir: Path, at: datetime) -> str:
    name = base = f"replaced-{at.strftime(_TIME_FORMAT)}"
    number = 1
    while (data_dir / name).exists():
        number += 1
        name = f"{base}-{number}"
    return name


def _target(path: Path) -> str:
    try:
        name = str(json.loads(read_patiently(path))["to"])
    except (ValueError, KeyError, TypeError):
        raise StorageError(str(path), "damaged") from None
    if not _REPLACED.fullmatch(name):
        raise StorageError(str(path), "damaged")
    return name
