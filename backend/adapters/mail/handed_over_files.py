"""The copies of attachments that mail programs read: kept until they are surely read (PRODUCT F1), then forgotten.

Each program keeps its own folder below `handed-over`, and a lock beside it as long as it lives; what a program that is
gone has left is deleted at the next start.
"""

from __future__ import annotations

import re
import secrets
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.atomic_file import storage_error
from backend.adapters.file_lock import hold
from backend.domain.errors import NotFoundError, StorageError
from backend.domain.outgoing_mail import Attachment

KEEP_S = 24 * 3600.0  # a message that is still being written after a day is no longer about a ticket
_PLAIN_PATH = re.compile(r"[A-Za-z0-9 :\\/._~-]*")
_LONGEST_STEM = 60


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A copy for a mail program: its `path` has no accents, commas or quotes, its `name` is for people."""

    path: Path
    name: str


class HandedOverFiles:
    """This program's copies, in a folder only for this account; `close` gives them over to the next start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine = folder / secrets.token_hex(8)
        self._living = ExitStack()
        self._has_begun = False

    def copy(self, attachments: Iterable[Attachment]) -> tuple[HandedFile, ...]:
        """Copy the files of one mail; raises NotFoundError("attachment", name), StorageError."""
        folder = self._new_folder()
        try:
            return tuple(_copied(each, folder, place) for place, each in enumerate(attachments))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def write(self, name: str, content: bytes) -> Path:
        """Keep a file of our own; raises StorageError."""
        path = self._new_folder() / name
        try:
            path.write_bytes(content)
        except OSError as error:
            raise storage_error(path, error) from error
        return path

    def forget(self) -> int:
        """Delete what programs that are gone have left; return how many of them. Open files stay for the next time."""
        gone = 0
        for folder in self._folders():
            if folder == self._mine:
                continue
            with suppress(StorageError), hold(_lock_of(folder), timeout_s=0, remove=True):
                shutil.rmtree(folder, ignore_errors=True)
                gone += not folder.exists()
        return gone

    def close(self) -> None:
        """End this program's hold on its copies: mail programs may still read them until the next start."""
        self._living.close()

    def _new_folder(self) -> Path:
        """Make a folder for one mail, and forget those of yesterday."""
        try:
            if not self._has_begun:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._living.enter_context(hold(_lock_of(self._mine), remove=True))
                self._mine.mkdir(mode=0o700)
                self._has_begun = True
            self._forget_old()
            folder = self._mine / secrets.token_hex(4)
            folder.mkdir()
        except OSError as error:
            raise storage_error(self._mine, error) from error
        return plain_folder(folder)

    def _forget_old(self) -> None:
        for folder in (mail for program in self._folders() for mail in program.iterdir()):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > KEEP_S:
                    shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if path.is_dir()] if self._folder.is_dir() else []


def plain_name(name: str) -> str:
    """Return a file name of letters, digits, `.`, `_` and `-` only: `C1-4-CAFÉ.pdf` becomes `C1-4-CAFE.pdf`."""
    last = re.split(r"[/\\]", name)[-1]
    spelled = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    stem, dot, ending = re.sub(r"[^A-Za-z0-9._-]+", "-", spelled).rpartition(".")
    if not dot:
        stem, ending = ending, ""
    return (stem.strip("-._")[:_LONGEST_STEM] or "file") + dot + ending[:10]


def plain_folder(folder: Path) -> Path:
    """Return another name of a folder without accents or commas, where Windows has one (HLNE~1 for Hélène)."""
    if sys.platform == "win32" and not _PLAIN_PATH.fullmatch(str(folder)):
        import ctypes

        room = ctypes.create_unicode_buffer(1024)
        length = ctypes.windll.kernel32.GetShortPathNameW(str(folder), room, len(room))
        return Path(room.value) if 0 < length < len(room) else folder
    return folder


def _copied(attachment: Attachment, folder: Path, place: int) -> HandedFile:
    name = plain_name(attachment.name)
    target = folder / (name if not (folder / name).exists() else f"{place + 1}-{name}")
    try:
        if attachment.content is None:
            shutil.copyfile(attachment.path, target)
        else:
            target.write_bytes(attachment.content)
    except FileNotFoundError:
        raise NotFoundError("attachment", attachment.name) from None
    except OSError as error:
        raise storage_error(attachment.path, error) from error
    return HandedFile(target, attachment.name)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
