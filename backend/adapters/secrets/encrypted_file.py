"""Secrets in a file: AES-256-GCM under a key from a passphrase, or under a key that is kept elsewhere."""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from backend.adapters.atomic_file import put_aside, read_patiently, write_atomically
from backend.adapters.file_lock import hold
from backend.adapters.secrets.sealing import KEY_BYTES, decrypt, encrypt
from backend.domain.errors import FacteurError, SecretsUnavailableError, StorageError

FORMAT = 1
SCRYPT_N = 2**16  # 64 MiB and 0.1 s: small till PCs have little of both
SCRYPT_N_MAX = 2**18
SALT_BYTES = 16
OWNER_ONLY = 0o600
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Header:
    """How the key comes about; it is authenticated with the content."""

    format: int = FORMAT
    kdf: str = "key"
    n: int = 0
    salt: str = ""

    def to_bytes(self) -> bytes:
        """Return the associated data."""
        return json.dumps(asdict(self), sort_keys=True).encode()


class Unlock(Protocol):
    """Gives the key of a file."""

    def new_header(self) -> Header:
        """Return the header of a new file."""

    def key(self, header: Header, /) -> bytes:
        """Return the key; raises SecretsUnavailableError."""

    def refused(self, path: Path, /) -> FacteurError:
        """Return what it means that the key doesn't fit."""


class KeyInHand:
    """A key that is kept elsewhere."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    def new_header(self) -> Header:
        """Return a header that says no more than that."""
        return Header()

    def key(self, _header: Header) -> bytes:
        """Return the key."""
        return self._read()

    def refused(self, path: Path) -> FacteurError:
        """Return "damaged": a key that was made for the file fits."""
        return StorageError(str(path), "damaged")


class Passphrase:
    """A key derived with scrypt (RFC 7914) from what a person knows; asked for once."""

    def __init__(self, ask: Callable[[], str], *, n: int = SCRYPT_N) -> None:
        self._ask = ask
        self._n = n
        self._keys: dict[Header, bytes] = {}

    def new_header(self) -> Header:
        """Return a header with a fresh salt."""
        return Header(kdf="scrypt", n=self._n, salt=base64.b64encode(os.urandom(SALT_BYTES)).decode())

    def key(self, header: Header) -> bytes:
        """Return the key; raises SecretsUnavailableError("passphrase_needed") where nobody answers."""
        if header not in self._keys:
            passphrase = self._ask()
            if not passphrase:
                raise SecretsUnavailableError("passphrase_needed")
            self._keys[header] = _scrypt(passphrase, header)
        return self._keys[header]

    def refused(self, _path: Path) -> FacteurError:
        """Forget what was typed: the next use asks again."""
        self._keys.clear()
        return SecretsUnavailableError("passphrase_wrong")


class EncryptedFile:
    """A SecretStore in one file, readable by its owner only; `kind` is what `describe` says."""

    def __init__(self, path: Path, unlock: Unlock, kind: str) -> None:
        self._path = path
        self._lock = path.with_name(f"{path.name}.lock")
        self._unlock = unlock
        self._kind = kind

    def get(self, name: str) -> str | None:
        """Return a secret; raises SecretsUnavailableError, StorageError."""
        return self._read()[1].get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a secret, durably; a file that can't be read any more is put aside, its secrets are lost."""
        with hold(self._lock):
            header, values = self._read_or_put_aside()
            self._write(header, {**values, name: value})

    def delete(self, name: str) -> None:
        """Forget a secret, if there is one."""
        if not self._path.exists():
            return
        with hold(self._lock):
            header, values = self._read_or_put_aside()
            if values.pop(name, None) is not None:
                self._write(header, values)

    def describe(self) -> str:
        """Return passphrase, unprotected or keyring."""
        return self._kind

    def create(self) -> None:
        """Make the file empty, so that from now on its key is settled; one that is there must open."""
        with hold(self._lock):
            header, values = self._read()
            if not self._path.exists():
                self._write(header, values)

    def _read(self) -> tuple[Header, dict[str, str]]:
        try:
            content = read_patiently(self._path)
        except FileNotFoundError:
            return self._unlock.new_header(), {}
        header, sealed = self._parse(content)
        clear = decrypt(self._unlock.key(header), sealed, header.to_bytes())
        if clear is None:
            raise self._unlock.refused(self._path)
        values: dict[str, str] = json.loads(clear)
        return header, values

    def _read_or_put_aside(self) -> tuple[Header, dict[str, str]]:
        try:
            return self._read()
        except StorageError as error:
            if error.reason != "damaged":
                raise
        aside = put_aside(self._path)
        _log.error("%s can't be read and was put aside as %s", self._path.name, aside.name if aside else "nothing")
        return self._unlock.new_header(), {}

    def _parse(self, content: bytes) -> tuple[Header, bytes]:
        try:
            document = json.loads(content)
            header, sealed = Header(**document["header"]), base64.b64decode(document["sealed"])
        except (ValueError, TypeError, KeyError):
            raise StorageError(str(self._path), "damaged") from None
        if header.format > FORMAT:
            raise StorageError(str(self._path), "too_new")
        if header.kdf not in {"key", "scrypt"} or not 0 <= header.n <= SCRYPT_N_MAX:
            raise StorageError(str(self._path), "damaged")
        return header, sealed

    def _write(self, header: Header, values: dict[str, str]) -> None:
        clear = json.dumps(values).encode()
        sealed = encrypt(self._unlock.key(header), clear, header.to_bytes())
        document = {"header": asdict(header), "sealed": base64.b64encode(sealed).decode()}
        write_atomically(self._path, json.dumps(document).encode(), mode=OWNER_ONLY)


def _scrypt(passphrase: str, header: Header) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # slow to import

    salt = base64.b64decode(header.salt)
    return Scrypt(salt=salt, length=KEY_BYTES, n=header.n, r=8, p=1).derive(passphrase.encode())
