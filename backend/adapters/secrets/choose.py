"""Where a data folder keeps its secrets: the keyring, or a file with a passphrase, or one without protection."""

from __future__ import annotations

import base64
import getpass
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.adapters.atomic_file import put_aside, read_patiently, write_atomically
from backend.adapters.file_lock import hold
from backend.adapters.secrets.encrypted_file import OWNER_ONLY, EncryptedFile, KeyInHand, Passphrase
from backend.adapters.secrets.os_keyring import Backend, OsKeyring, find_backend, load_backend
from backend.adapters.secrets.sealing import KEY_BYTES
from backend.domain.errors import StorageError
from backend.ports import SecretStore

MARKER = "secrets.json"
SEALED = "secrets.sealed"
FORMAT = 1
_STORES = frozenset({"keyring", "passphrase", "unprotected"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What `secrets.json` says: the store, the keyring's back end, and the folder's own name in the keyring."""

    store: str
    folder_id: str
    backend: str = ""
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Keyrings:
    """How the keyring of this PC is found, and a back end loaded by its name."""

    find: Callable[[], str] = find_backend
    load: Callable[[str], Backend] = load_backend


def open_secret_store(
    data_dir: Path, ask_passphrase: Callable[[], str] = str, keyrings: Keyrings | None = None
) -> SecretStore:
    """Return the store that this data folder uses; a folder without a choice takes the keyring if it works.

    `ask_passphrase` returns "" where nobody can be asked. Raises SecretsUnavailableError (none, locked, timeout: a
    person must then choose between the two ways without a keyring), StorageError.
    """
    keyrings = keyrings or Keyrings()
    choice = _settle(data_dir, "keyring", keyrings.find)
    if choice.store == "passphrase":
        return _with_passphrase(data_dir, ask_passphrase)
    if choice.store == "unprotected":
        return _unprotected(data_dir)
    # The key of this file is in one user's keyring, and several users may share the folder.
    long_values = data_dir / f"secrets-{_os_user()}.sealed"
    return OsKeyring(keyrings.load(choice.backend), f"Facteur/{choice.folder_id}", long_values)


def keep_with_passphrase(data_dir: Path, passphrase: str) -> SecretStore:
    """Settle for a file that a passphrase opens, in a folder without a choice; else keep to the choice it has.

    Raises SecretsUnavailableError("passphrase_needed") for an empty one.
    """
    _settle(data_dir, "passphrase", prepare=lambda: _with_passphrase(data_dir, lambda: passphrase).create())
    return open_secret_store(data_dir, lambda: passphrase)


def wants_passphrase(data_dir: Path) -> bool:
    """Tell whether a passphrase opens this folder's secrets; raises StorageError."""
    choice = read_choice(data_dir)
    return choice is not None and choice.store == "passphrase"


def keep_unprotected(data_dir: Path) -> SecretStore:
    """Settle for a file that only the rights on it protect, in a folder without a choice; else keep to its choice.

    To be called after a person has accepted the warning.
    """
    _settle(data_dir, "unprotected", prepare=lambda: _unprotected(data_dir).create())
    return open_secret_store(data_dir)


def read_choice(data_dir: Path) -> Choice | None:
    """Return the choice of a data folder, None before any; raises StorageError."""
    path = data_dir / MARKER
    try:
        choice = Choice(**json.loads(read_patiently(path)))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise StorageError(str(path), "damaged") from None
    if choice.format > FORMAT or choice.store not in _STORES:
        raise StorageError(str(path), "too_new")
    return choice


def _settle(
    data_dir: Path, store: str, find: Callable[[], str] = str, prepare: Callable[[], None] | None = None
) -> Choice:
    """Return the choice of a data folder; where there is none, make it: the first process decides."""
    if choice := read_choice(data_dir):
        return choice
    path = data_dir / MARKER
    with hold(data_dir / f"{MARKER}.lock"):
        if choice := read_choice(data_dir):
            return choice
        choice = Choice(store, secrets.token_hex(8), find())
        if prepare:
            put_aside(_own(data_dir / SEALED))  # of a choice that a crash kept from being made
            prepare()
        write_atomically(path, json.dumps(asdict(choice)).encode())
    return choice


def _with_passphrase(data_dir: Path, ask: Callable[[], str]) -> EncryptedFile:
    return EncryptedFile(_own(data_dir / SEALED), Passphrase(ask), "passphrase")


def _unprotected(data_dir: Path) -> EncryptedFile:
    key = KeyInHand(lambda: _key_beside(_own(data_dir / "secrets.key")))
    return EncryptedFile(_own(data_dir / SEALED), key, "unprotected")


def _own(path: Path) -> Path:
    """Return the file at `path`, or one of this account's own where that belongs to another account."""
    other = path.exists() and not os.access(path, os.R_OK)
    return path.with_name(f"{path.stem}-{_os_user()}{path.suffix}") if other else path


def _key_beside(path: Path) -> bytes:
    with suppress(FileNotFoundError):
        return base64.b64decode(read_patiently(path))
    with hold(path.with_name(f"{path.name}.lock")):
        try:
            return base64.b64decode(read_patiently(path))
        except FileNotFoundError:
            key = secrets.token_bytes(KEY_BYTES)
            write_atomically(path, base64.b64encode(key), mode=OWNER_ONLY)
            return key


def _os_user() -> str:
    name = str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
    return "".join(character for character in name if character.isalnum())
