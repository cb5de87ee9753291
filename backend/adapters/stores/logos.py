"""Logos as files named by their SHA-256 (LogoStore): none ever changes or goes, as tickets name them."""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

from backend.adapters.atomic_file import read_patiently, storage_error, write_atomically
from backend.domain.errors import NotFoundError, StorageError
from backend.domain.logo import Logo

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"


class FolderLogoStore:
    """Logos in a folder, made when the first one is saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, sha256: str) -> Logo:
        """Return a logo; raises NotFoundError("logo", sha256), StorageError("damaged")."""
        if not _SHA256.fullmatch(sha256):
            raise NotFoundError("logo", sha256)
        path = self._path(sha256)
        try:
            png = read_patiently(path)
        except FileNotFoundError:
            raise NotFoundError("logo", sha256) from None
        if hashlib.sha256(png).hexdigest() != sha256 or not png.startswith(_PNG_HEAD):
            raise StorageError(str(path), "damaged")
        width_px, height_px = struct.unpack_from(">II", png, len(_PNG_HEAD))
        return Logo(png, width_px, height_px)

    def save(self, logo: Logo) -> None:
        """Keep a logo; one that is there already stays. Raises StorageError."""
        path = self._path(logo.sha256)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(self._folder, error) from error
        write_atomically(path, logo.png)

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.png"
