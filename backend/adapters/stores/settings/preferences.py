"""Small remembered choices."""

from __future__ import annotations

from tinydb import where

from backend.adapters.stores.settings.database import SettingsFile


def read_preference(file: SettingsFile, name: str) -> str:
    """Return a choice, "" where there is none."""
    found = file.read().table("preferences").get(where("name") == name)
    return str(found["value"]) if isinstance(found, dict) else ""


def write_preference(file: SettingsFile, name: str, value: str) -> None:
    """Remember a choice; what is remembered already costs no write."""
    if read_preference(file, name) == value:
        return
    with file.change() as database:
        table = database.table("preferences")
        table.remove(where("name") == name)
        table.insert({"name": name, "value": value})
