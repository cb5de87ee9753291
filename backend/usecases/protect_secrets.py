"""Keep secrets under a passphrase where this PC has no keyring, and open them with it after a start (PRODUCT B7)."""

from __future__ import annotations

import unicodedata

from backend.domain.errors import InvalidInputError, SecretsUnavailableError
from backend.ports import Services

PASSPHRASE_MIN = 8
PASSPHRASE_MAX = 200


def protect_secrets(passphrase: str, again: str, services: Services) -> None:
    """Settle for a passphrase, in a shop that keeps no secret yet; typed twice, because nobody can look it up.

    Raises InvalidInputError (passphrase, passphrase_again), SecretsUnavailableError, StorageError.
    """
    if not PASSPHRASE_MIN <= len(passphrase) <= PASSPHRASE_MAX:
        raise InvalidInputError("passphrase", "passphrase_length")
    if passphrase != again:
        raise InvalidInputError("passphrase_again", "passphrase_differs")
    services.enter_passphrase(_as_typed_anywhere(passphrase))


def open_secrets(passphrase: str, services: Services) -> None:
    """Open the secrets until the program ends; raises SecretsUnavailableError (passphrase_needed, passphrase_wrong)."""
    if not passphrase:
        raise SecretsUnavailableError("passphrase_needed")
    services.enter_passphrase(_as_typed_anywhere(passphrase))


def require_secrets(services: Services) -> None:
    """Find out before anything is begun whether a secret can be kept; raises SecretsUnavailableError, StorageError."""
    if services.needs_passphrase:
        raise SecretsUnavailableError("passphrase_needed")
    services.secrets.get("probe")  # a keyring tells only now that it is locked


def _as_typed_anywhere(passphrase: str) -> str:
    """Return it in one form: keyboards differ in how they write an accent (RFC 8265 4.2.2)."""
    return unicodedata.normalize("NFC", passphrase)
