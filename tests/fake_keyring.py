"""Keyring back ends in memory: one that works, and some that don't."""

from __future__ import annotations

import time


class KeyringLocked(Exception):  # noqa: N818 - keyring's own name, by which it is known
    """What keyring raises when nobody unlocks it."""


class DictKeyring:
    """Keeps entries in a dictionary."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class LockedKeyring(DictKeyring):
    """Nobody unlocks it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked


class BrokenKeyring(DictKeyring):
    """Fails in its own way."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError(1312, "no such logon session")


class ForgetfulKeyring(DictKeyring):
    """Takes entries and has none."""

    def get_password(self, service: str, username: str) -> str | None:
        return None


class HangingKeyring(DictKeyring):
    """Waits for a prompt that nobody sees."""

    def set_password(self, service: str, username: str, password: str) -> None:
        time.sleep(2)
