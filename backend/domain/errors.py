"""Failures that a person can understand: a cause code and the facts of its sentence (web/messages.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(eq=False)
class FacteurError(Exception):
    """Base of every explained failure; subclasses are dataclasses whose fields are the facts."""

    cause: ClassVar[str] = "internal"

    @property
    def cause_code(self) -> str:
        """Return the stable code under which sentence and remedy are found."""
        return self.cause

    def facts(self) -> Mapping[str, object]:
        """Return the named facts that fill the sentence."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        """Return cause and facts, for logs only."""
        return f"{self.cause_code}: {dict(self.facts())}"


class NotReadyError(FacteurError):
    """Something must be set up or tested first (exit code 3)."""


@dataclass(eq=False)
class InvalidInputError(FacteurError):
    """A value typed or sent in is wrong: `where` names the field, `reason` is a cause code of its own."""

    cause: ClassVar[str] = "invalid_input"
    where: str
    reason: str
    value: str = ""


@dataclass(eq=False)
class NotFoundError(FacteurError):
    """No record of this kind has this key."""

    cause: ClassVar[str] = "not_found"
    kind: str
    key: str


@dataclass(eq=False)
class StorageError(FacteurError):
    """A file or database can't be read or written; `reason` is disk_full, read_only, damaged, locked, too_new or io.

    exists: a file of this name is there, and must not be replaced; in_use: another program has the folder open.
    """

    cause: ClassVar[str] = "storage"
    path: str
    reason: str


@dataclass(eq=False)
class SecretsUnavailableError(NotReadyError):
    """No keyring can keep a secret; `reason` is none, locked, timeout, passphrase_needed or passphrase_wrong.

    other_key: what is to be opened was sealed for another user, or its key is gone.
    """

    cause: ClassVar[str] = "secrets_unavailable"
    reason: str
