"""Where a folder lies: on this PC alone, on a network drive, or below what a program copies to other computers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

# Folders of programs that copy all that lies in them to other computers.
_SYNCED = (
    *("onedrive", "dropbox", "google drive", "googledrive", "icloud", "iclouddrive", "mobile documents"),
    *("nextcloud", "owncloud", "pcloud", "kdrive", "hubic", "seafile", "syncthing"),
)
# What such programs leave in the folder that they copy, whatever that is called.
_SIGNS = (
    *(".dropbox", ".dropbox.cache", ".nextcloudsync.log", ".owncloudsync.log", ".sync-exclude.lst", ".stfolder"),
    *(".tmp.driveupload", ".tmp.drivedownload", ".849C9593-D756-4E56-8D6E-42412F2A707B"),  # the last one is OneDrive's
)
_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_NETWORK_KINDS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "davfs", "fuse.davfs2", "afpfs"}
)
_DRIVE_REMOTE = 4  # GetDriveTypeW


def place_warnings(folder: Path, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return `synced` and `network` for what the folder, which need not be there, lies on."""
    place = folder.resolve()
    found = []
    if _is_synced(place, environment):
        found.append("synced")
    if _is_remote(place):
        found.append("network")
    return found


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


def _is_synced(place: Path, environment: Mapping[str, str]) -> bool:
    parts = [part.casefold() for part in place.parts]
    if any(part == name or part.startswith((f"{name} ", f"{name}-")) for part in parts for name in _SYNCED):
        return True
    roots = [environment[name] for name in _VARIABLES if environment.get(name)]
    return any(place.is_relative_to(root) for root in roots) or any(sign.exists() for sign in _signs(place))


def _signs(place: Path) -> Iterator[Path]:
    for folder in (place, *place.parents):
        for name in _SIGNS:
            yield folder / name


def _is_remote(folder: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        drive = folder.drive
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE
    with suppress(OSError):
        return mount_kind(folder, Path("/proc/mounts").read_text("utf-8", "replace")) in _NETWORK_KINDS
    return False
