"""The mails that the training mode caught: one `.eml` file each, numbered from 1, for several processes at once."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path

from backend.adapters.atomic_file import storage_error, sync_folder
from backend.domain.errors import NotFoundError

_NAME = re.compile(r"([0-9]{4,9})\.eml")


class FolderMailbox:
    """Numbered mails in a folder, made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def numbers(self) -> list[int]:
        """Return the numbers of the mails, oldest first; one that is still being written isn't there yet."""
        return sorted(number for number, size in self._files().items() if size)

    def raw(self, number: int) -> bytes:
        """Return a mail as it was received; raises NotFoundError("mail", number)."""
        try:
            content = self._path(number).read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise storage_error(self._path(number), error) from error
        if not content:
            raise NotFoundError("mail", str(number))
        return content

    def clear(self) -> None:
        """Delete all mails; the next one is number 1."""
        for number in self._files():
            self._path(number).unlink(missing_ok=True)

    def add(self, content: bytes) -> int:
        """Store a mail durably under the next number; once this returns, no power cut loses it. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{secrets.token_hex(8)}.part"
        try:
            _write_durably(part, content)
            number = self._claim()
            part.replace(self._path(number))
        finally:
            part.unlink(missing_ok=True)
        sync_folder(self._folder)
        return number

    def _claim(self) -> int:
        """Take a number: an empty file that only one process can make."""
        number = max(self._files(), default=0) + 1
        while True:
            try:
                self._path(number).open("xb").close()
            except FileExistsError:
                number += 1
            else:
                return number

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:04}.eml"

    def _files(self) -> dict[int, int]:
        """Return the size of each numbered file."""
        sizes = {}
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                if found := _NAME.fullmatch(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        sizes[int(found[1])] = entry.stat().st_size
        return sizes


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
