"""Unpack a backup from anywhere into a new folder, and prove each file; nothing else gets in."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

from backend.adapters.atomic_file import storage_error, sync_folder
from backend.adapters.stores.backup.manifest import FORMAT, LOGOS, NAME, RECORDS, SETTINGS, Manifest
from backend.domain.backup import BackupFileError

_MANIFEST_MAX = 4_000_000
_SPARE_BYTES = 50_000_000  # for what a migration writes
_CHUNK = 1_048_576
_OURS = re.compile(rf"{re.escape(RECORDS)}|{SETTINGS}/[a-z0-9_]+\.json|{LOGOS}/[A-Za-z0-9_-]+\.png")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # the others would each raise errors of their own
_SEALED = 0x1 | 0x20 | 0x40  # flags of an entry that is encrypted, or a patch of another one
# What zipfile raises for such entries where they were cut or changed; the last one for a changed name or place.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError)


class Unpacked(NamedTuple):
    """A backup's list of contents, and the SHA-256 of that list, which names the backup."""

    manifest: Manifest
    id: str


def unpack(file: Path, folder: Path) -> Unpacked:
    """Unpack `file` into the folder, which is made; every byte is durable. Raises BackupFileError, StorageError."""
    try:
        with _opened(file) as packed:
            _check_packing(packed, file)
            content = _manifest_bytes(packed, file)
            manifest = _read_manifest(content, file)
            _check_names(packed, manifest, file)
            _check_room(manifest, folder, file)
            folder.mkdir(mode=0o700, parents=True)
            for name in manifest.files:
                _copy(packed, name, manifest, folder / name, file)
            for below in (folder, *(path for path in folder.iterdir() if path.is_dir())):
                sync_folder(below)
    except OSError as error:
        raise storage_error(file, error) from error
    return Unpacked(manifest, hashlib.sha256(content).hexdigest())


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:  # a version, a name or a place in its list
        raise BackupFileError(file.name, "not_a_backup") from error


def _check_packing(packed: zipfile.ZipFile, file: Path) -> None:
    if any(info.compress_type not in _METHODS or info.flag_bits & _SEALED for info in packed.infolist()):
        raise BackupFileError(file.name, "damaged")


def _manifest_bytes(packed: zipfile.ZipFile, file: Path) -> bytes:
    try:
        if packed.getinfo(NAME).file_size > _MANIFEST_MAX:
            raise BackupFileError(file.name, "not_a_backup")
        return packed.read(NAME)
    except KeyError:
        raise BackupFileError(file.name, "not_a_backup") from None
    except _BROKEN as error:
        raise BackupFileError(file.name, "damaged") from error


def _read_manifest(content: bytes, file: Path) -> Manifest:
    try:
        given = json.loads(content)
        if int(given["format"]) > FORMAT:
            raise BackupFileError(file.name, "too_new")
        files = {str(name): (str(sha256), int(size)) for name, (sha256, size) in given["files"].items()}
        return Manifest(
            str(given["program"]), str(given["schema"]), str(given["made_at"]), int(given["left_out"]), files
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BackupFileError(file.name, "not_a_backup") from None


def _check_names(packed: zipfile.ZipFile, manifest: Manifest, file: Path) -> None:
    names = [info.filename for info in packed.infolist()]
    if sorted(names) != sorted([NAME, *manifest.files]) or RECORDS not in manifest.files:
        raise BackupFileError(file.name, "damaged")
    if not all(_OURS.fullmatch(name) for name in manifest.files):
        raise BackupFileError(file.name, "not_a_backup")


def _check_room(manifest: Manifest, folder: Path, file: Path) -> None:
    needed = sum(size for _sha256, size in manifest.files.values()) + _SPARE_BYTES
    if shutil.disk_usage(folder.parent).free < needed:
        raise BackupFileError(file.name, "no_room")


def _copy(packed: zipfile.ZipFile, name: str, manifest: Manifest, target: Path, file: Path) -> None:
    sha256, size = manifest.files[name]
    digest, left = hashlib.sha256(), size
    target.parent.mkdir(exist_ok=True)  # the folder above is closed to others until it is all in place
    with target.open("xb") as copy:
        try:
            with packed.open(name) as source:
                while piece := source.read(_CHUNK):
                    left -= len(piece)
                    if left < 0:  # a small file may claim to hold terabytes
                        break
                    digest.update(piece)
                    copy.write(piece)
        except _BROKEN as error:
            raise BackupFileError(file.name, "damaged") from error
        copy.flush()
        os.fsync(copy.fileno())
    if left != 0 or digest.hexdigest() != sha256:
        raise BackupFileError(file.name, "damaged")
