"""The address of static files: it holds a hash of them all, so that browsers may keep what they got."""

from __future__ import annotations

import hashlib
from pathlib import Path


def static_address(folder: Path) -> str:
    """Return `/static/` with a hash over names and content of every file below `folder`.

    One hash for all: relative addresses inside of style sheets and sprites then change with it too.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"/static/{digest.hexdigest()[:12]}"
