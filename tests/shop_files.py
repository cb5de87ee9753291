"""The files that are a shop, by their hashes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of each record and settings file of a shop, or of what was put aside."""
    kept = [*folder.glob("records.sqlite3"), *(folder / "settings").glob("*.json")]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in kept}
