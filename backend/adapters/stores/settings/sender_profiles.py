"""Sender settings, one set per user; no secret is among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tinydb import where

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.sender_profile import Authentication, ConnectionSecurity, Priority, SenderProfile, SendingMode


def read_profile(file: SettingsFile, user: str) -> SenderProfile | None:
    """Return a user's settings; upper and lower case of the name are alike."""
    found = file.read().table("sender_profiles").get(where("key") == user.casefold())
    return _profile(found) if isinstance(found, dict) else None


def read_profiles(file: SettingsFile) -> list[SenderProfile]:
    """Return all settings, by user."""
    documents = file.read().table("sender_profiles").all()
    return [_profile(document) for document in sorted(documents, key=lambda document: str(document["key"]))]


def write_profile(file: SettingsFile, profile: SenderProfile) -> None:
    """Insert or replace a user's settings."""
    key = profile.user.casefold()
    document = {**asdict(profile), "key": key}
    document["tested_at"] = profile.tested_at.isoformat() if profile.tested_at else None
    with file.change() as database:
        table = database.table("sender_profiles")
        table.remove(where("key") == key)
        table.insert(document)


def _profile(document: Mapping[str, Any]) -> SenderProfile:
    values = {name: value for name, value in document.items() if name != "key"}
    values["mode"] = SendingMode(values["mode"])
    values["security"] = ConnectionSecurity(values["security"])
    values["authentication"] = Authentication(values.get("authentication", Authentication.PASSWORD))
    values["priority"] = Priority(values["priority"])
    values["tested_at"] = datetime.fromisoformat(values["tested_at"]) if values["tested_at"] else None
    return SenderProfile(**values)
