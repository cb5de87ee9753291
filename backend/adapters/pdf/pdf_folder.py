"""Tries a folder for PDFs: can they be written there, is there room, does the folder stay on this PC."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from backend.adapters.folder_place import place_warnings
from backend.domain.pdf_test import FolderReport, PdfFolderError

LITTLE_SPACE_BYTES = 500_000_000
_NEEDED_BYTES = 20_000_000
_TRIED = b"%PDF-" * 200


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
    found = place_warnings(folder)
    if free < LITTLE_SPACE_BYTES:
        found.append("little_space")
    return found
