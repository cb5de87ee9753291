"""Encryption of what must not be read from the disk: AES-256-GCM under keys from the secret store."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from backend.adapters.file_lock import hold
from backend.domain.errors import SecretsUnavailableError
from backend.ports import SecretStore

KEY_BYTES = 32
NONCE_BYTES = 12  # 96 bits, NIST SP 800-38D 5.2.1.1
_VERSION = b"\x01"


class Sealing:
    """Seals under the key `name` of this user's secret store; the key is made when first needed."""

    def __init__(self, store: SecretStore, name: str, locks: Path) -> None:
        self._store = store
        self._name = name
        self._lock = locks / f"{name}.lock"
        self._key: bytes | None = None

    def seal(self, clear: bytes, context: bytes) -> bytes:
        """Return version, nonce and ciphertext; raises SecretsUnavailableError."""
        return _VERSION + encrypt(self._key_for_sealing(), clear, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return the clear bytes; raises SecretsUnavailableError("other_key") for what this key hasn't sealed."""
        key = self._key or self._stored_key()
        if key is None or not sealed.startswith(_VERSION):
            raise SecretsUnavailableError("other_key")
        self._key = key
        clear = decrypt(key, sealed[len(_VERSION) :], context)
        if clear is None:
            raise SecretsUnavailableError("other_key")
        return clear

    def _key_for_sealing(self) -> bytes:
        if self._key is None:
            with hold(self._lock):  # two processes must not each make a key: one of them would be lost
                self._key = self._stored_key() or self._made_key()
        return self._key

    def _stored_key(self) -> bytes | None:
        stored = self._store.get(self._name)
        return base64.b64decode(stored) if stored else None

    def _made_key(self) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        self._store.set(self._name, base64.b64encode(key).decode())
        return key


def encrypt(key: bytes, clear: bytes, context: bytes) -> bytes:
    """Return nonce and ciphertext."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # slow to import

    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes | None:
    """Return the clear bytes, or None where key, context or bytes are others."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        return None
