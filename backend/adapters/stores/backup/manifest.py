"""The list of contents at the head of a backup: what made it, when, and the SHA-256 of each file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "manifest.json"
FORMAT = 1
RECORDS = "records.sqlite3"
SETTINGS = "settings"
LOGOS = "logos"
_CHUNK = 1_048_576


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` maps names with `/` to [SHA-256 in hex, size in bytes]; `made_at` is an ISO moment."""

    program: str
    schema: str
    made_at: str
    left_out: int
    files: dict[str, tuple[str, int]]
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return the manifest as it stands in the file."""
        return json.dumps(asdict(self), indent=1).encode()


def listed(folder: Path) -> dict[str, tuple[str, int]]:
    """Return what a manifest says of the files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): (sha256_of(path), path.stat().st_size) for path in files}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()
