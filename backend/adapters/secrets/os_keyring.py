"""Secrets in the operating system's keyring."""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Protocol, TypeVar

from backend.adapters.file_lock import hold
from backend.adapters.secrets.encrypted_file import EncryptedFile, KeyInHand
from backend.adapters.secrets.sealing import KEY_BYTES
from backend.domain.errors import SecretsUnavailableError

LONGEST_IN_KEYRING = 1_200  # Windows takes 2560 bytes of UTF-16 for one entry
PROBE_LIMIT_S = 5.0
CALL_LIMIT_S = 30.0  # a locked keyring asks the user for its password

# keyring's own choice would take any back end that is installed, among them one that stores plain text and one that
# asks for a password on standard input, where a window hangs.
ALLOWED = {
    "WinVault": ("keyring.backends.Windows", "WinVaultKeyring"),
    "Keychain": ("keyring.backends.macOS", "Keyring"),
    "SecretService": ("keyring.backends.SecretService", "Keyring"),
    "KWallet": ("keyring.backends.kwallet", "DBusKeyring"),
}
_LOCKED = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException"})
_SHORT, _LONG = "=", ">"  # how an entry begins: the value itself, or a sign that it is in the file

_T = TypeVar("_T")


class Backend(Protocol):
    """The part of keyring's back ends that is used here."""

    def get_password(self, service: str, username: str) -> str | None: ...  # noqa: D102 - keyring's own names
    def set_password(self, service: str, username: str, password: str) -> None: ...  # noqa: D102
    def delete_password(self, service: str, username: str) -> None: ...  # noqa: D102


class OsKeyring:
    """Secrets of one data folder in the keyring; those too long for it in a file whose key is in the keyring."""

    def __init__(self, backend: Backend, service: str, long_values: Path, *, limit_s: float = CALL_LIMIT_S) -> None:
        self._backend = backend
        self._service = service
        self._limit_s = limit_s
        self._lock = long_values.with_name(f"{long_values.name}.keyring.lock")
        self._long_values = EncryptedFile(long_values, KeyInHand(self._key_of_long_values), "keyring")

    def get(self, name: str) -> str | None:
        """Return a secret; raises SecretsUnavailableError (locked, timeout, none)."""
        entry = self._call(lambda: self._backend.get_password(self._service, name))
        if entry is None:
            return None
        return self._long_values.get(name) if entry.startswith(_LONG) else entry[len(_SHORT) :]

    def set(self, name: str, value: str) -> None:
        """Keep a secret; raises SecretsUnavailableError, StorageError."""
        if len(value) > LONGEST_IN_KEYRING:
            self._long_values.set(name, value)
            self._set(name, _LONG)
        else:
            self._set(name, _SHORT + value)
            self._long_values.delete(name)

    def delete(self, name: str) -> None:
        """Forget a secret, if there is one; raises SecretsUnavailableError, StorageError."""
        if self.get(name) is not None:
            self._call(lambda: self._backend.delete_password(self._service, name))
        self._long_values.delete(name)

    def describe(self) -> str:
        """Return `keyring`."""
        return "keyring"

    def _set(self, name: str, entry: str) -> None:
        self._call(lambda: self._backend.set_password(self._service, name, entry))

    def _key_of_long_values(self) -> bytes:
        name = "long-values-key"
        with hold(self._lock):
            stored = self._call(lambda: self._backend.get_password(self._service, name))
            if stored is None:
                stored = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
                self._set(name, stored)
        return base64.b64decode(stored)

    def _call(self, action: Callable[[], _T]) -> _T:
        return within(self._limit_s, action)


def load_backend(name: str) -> Backend:
    """Return an allowed back end by name; raises SecretsUnavailableError("none") where this PC doesn't have it."""
    module, class_name = ALLOWED[name]

    def load() -> Backend:
        kind = getattr(import_module(module), class_name)
        if not kind.viable:
            raise SecretsUnavailableError("none")
        backend: Backend = kind()
        return backend

    return within(PROBE_LIMIT_S, load)


def find_backend(
    names: Iterable[str] = ALLOWED, *, load: Callable[[str], Backend] = load_backend, limit_s: float = PROBE_LIMIT_S
) -> str:
    """Return the name of the first back end that keeps, returns and forgets an entry.

    Raises SecretsUnavailableError: locked or timeout where a keyring is there but can't be used now, else none.
    """
    reason = "none"
    for name in names:
        try:
            backend = load(name)
            within(limit_s, partial(_probe, backend))
        except SecretsUnavailableError as error:
            reason = error.reason if error.reason != "none" else reason
        else:
            return name
    raise SecretsUnavailableError(reason)


def within(limit_s: float, action: Callable[[], _T]) -> _T:
    """Call the keyring in a thread of its own; raises SecretsUnavailableError instead of what it raises or hangs in."""
    done: Future[_T] = Future()

    def run() -> None:
        try:
            done.set_result(action())
        except Exception as error:  # noqa: BLE001 - back ends raise whatever their system does
            done.set_exception(error)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        return done.result(limit_s)
    except TimeoutError:
        raise SecretsUnavailableError("timeout") from None
    except SecretsUnavailableError:
        raise
    except Exception as error:
        raise SecretsUnavailableError("locked" if type(error).__name__ in _LOCKED else "none") from error


def _probe(backend: Backend) -> None:
    service, name, value = "Facteur/probe", secrets.token_hex(8), secrets.token_hex(16)
    backend.set_password(service, name, value)
    found = backend.get_password(service, name)
    backend.delete_password(service, name)
    if found != value:
        raise SecretsUnavailableError("none")
