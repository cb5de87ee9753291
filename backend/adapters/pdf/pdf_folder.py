"""Tries a folder for PDFs: can they be written there, is there room, does the folder stay on this PC."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from backend.domain.pdf_test import FolderReport, PdfFolderError

LITTLE_SPACE_BYTES = 500_000_000
_NEEDED_BYTES = 20_000_000
_TRIED = b"%PDF-" * 200
# Folders of programs that copy all that lies in them to other computers.
_SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud", "owncloud", "pcloud", "kdrive")
_NETWORK_KINDS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "davfs", "fuse.davfs2", "afpfs"}
)
_DRIVE_REMOTE = 4  # GetDriveTypeW


def check_folder(folder: str) -> FolderReport:
    """Make the folder if it is missing, write and remove a file in it; raises PdfFolderError."""
    path = Path(folder)
    if not path.is_absolute() or "\0" in folder:
        raise PdfFolderError(folder, "relative")
    is_new = not path.exists()
    if not is_new and not path.is_dir():
        raise PdfFolderError(folder, "file")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = shutil.disk_usage(path).free
        _try_writing(path)
    except PermissionError as error:
        raise PdfFolderError(folder, "read_only") from error
    except OSError as error:
        raise PdfFolderError(folder, _reason(error)) from error
    if free < _NEEDED_BYTES:
        raise PdfFolderError(folder, "full")
    return FolderReport(str(path), free, tuple(_warnings(path, free)), is_new)


def _try_writing(folder: Path) -> None:
    tried = folder / f"test-{secrets.token_hex(8)}"
    tried.mkdir(mode=0o700)
    try:
        with (tried / "test.pdf").open("xb") as file:
            file.write(_TRIED)
            file.flush()
            os.fsync(file.fileno())
    finally:
        with suppress(OSError):
            (tried / "test.pdf").unlink()
        with suppress(OSError):
            tried.rmdir()


def _reason(error: OSError) -> str:
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "full"
    if error.errno == errno.EROFS:
        return "read_only"
    return "absent" if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENXIO, errno.ENODEV} else "io"


def _warnings(folder: Path, free: int) -> list[str]:
    found = []
    parts = [part.casefold() for part in folder.resolve().parts]
    if any(part == name or part.startswith(f"{name} ") for part in parts for name in _SYNCED):
        found.append("synced")
    if _is_remote(folder.resolve()):
        found.append("network")
    if free < LITTLE_SPACE_BYTES:
        found.append("little_space")
    return found


def _is_remote(folder: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        drive = folder.drive
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE
    with suppress(OSError):
        return mount_kind(folder, Path("/proc/mounts").read_text("utf-8", "replace")) in _NETWORK_KINDS
    return False


def mount_kind(folder: Path, mounts: str) -> str:
    """Return the kind of file system a folder lies on, by the lines of /proc/mounts; of two the later counts."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        place = fields[1].replace("\\040", " ")
        if folder.is_relative_to(place) and len(place) >= len(best):
            best, kind = place, fields[2]
    return kind
