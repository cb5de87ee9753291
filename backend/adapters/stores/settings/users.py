"""Facteur's users (UserStore)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tinydb import where

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.errors import NotFoundError
from backend.domain.user import Role, User


class FolderUserStore:
    """Users in `users.json` of a folder; names are alike in upper and lower case."""

    def __init__(self, folder: Path) -> None:
        self._file = SettingsFile(folder / "users.json")

    def users(self) -> list[User]:
        """Return all users, by name."""
        documents = self._file.read().table("users").all()
        return [_user(document) for document in sorted(documents, key=lambda document: str(document["key"]))]

    def find(self, name: str) -> User:
        """Return a user; raises NotFoundError."""
        found = self._file.read().table("users").get(where("key") == name.casefold())
        if not isinstance(found, dict):
            raise NotFoundError("user", name)
        return _user(found)

    def save(self, user: User) -> None:
        """Insert or replace."""
        key = user.name.casefold()
        with self._file.change() as database:
            table = database.table("users")
            table.remove(where("key") == key)
            table.insert({**asdict(user), "key": key})

    def delete(self, name: str) -> None:
        """Delete; raises NotFoundError."""
        with self._file.change() as database:
            if not database.table("users").remove(where("key") == name.casefold()):
                raise NotFoundError("user", name)


def _user(document: Mapping[str, Any]) -> User:
    values = {name: value for name, value in document.items() if name != "key"}
    values["role"] = Role(values["role"])
    return User(**values)
