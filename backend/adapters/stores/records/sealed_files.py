"""The files added to a mail on its way: sealed, a folder per mail, erased with the mail's content."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.atomic_file import read_patiently, storage_error, write_atomically
from backend.domain.errors import NotFoundError
from backend.domain.outgoing_mail import Attachment

if TYPE_CHECKING:
    from backend.adapters.stores.records.outbox import Sealing


class SealedFiles:
    """Files below `folder`; their names say nothing, the mail's own content names them."""

    def __init__(self, folder: Path, sealing: Sealing) -> None:
        self._folder = folder
        self._sealing = sealing

    def keep(self, mail_id: str, name: str, media_type: str, content: bytes) -> Attachment:
        """Seal a file, durably; raises SecretsUnavailableError, StorageError."""
        path = self._folder / mail_id / f"{secrets.token_hex(8)}.sealed"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(path, error) from error
        write_atomically(path, self._sealing.seal(content, _context(mail_id, path)), mode=0o600)
        return Attachment(name, path, media_type, len(content), is_sealed=True)

    def read(self, mail_id: str, attachment: Attachment) -> bytes:
        """Return a file in clear; raises NotFoundError("attachment", name), SecretsUnavailableError, StorageError."""
        try:
            sealed = read_patiently(attachment.path)
        except FileNotFoundError:
            raise NotFoundError("attachment", attachment.name) from None
        return self._sealing.open(sealed, _context(mail_id, attachment.path))

    def forget(self, attachment: Attachment) -> None:
        """Erase one file; one that can't be erased now goes with its mail."""
        with suppress(OSError):
            attachment.path.unlink()

    def forget_mail(self, mail_id: str) -> None:
        """Erase the files of a mail, where it has any."""
        shutil.rmtree(self._folder / mail_id, ignore_errors=True)

    def forget_others(self, alive: Collection[str]) -> int:
        """Erase the files of every mail but these, which a crash has left; return of how many."""
        if not self._folder.is_dir():
            return 0
        lost = [each for each in self._folder.iterdir() if each.name not in alive]
        for each in lost:
            shutil.rmtree(each, ignore_errors=True)
        return len(lost)


def _context(mail_id: str, path: Path) -> bytes:
    return f"{mail_id}/{path.name}".encode()
