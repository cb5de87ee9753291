"""The company's logo (PRODUCT A3, A6): a clean picture, named by its SHA-256 in the company and in each ticket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

LOGO_MAX_BYTES = 1_000_000
LOGO_MAX_PIXELS = 4_000_000


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG in colour, transparent where the paper shows, without anything but its pixels."""

    png: bytes
    width_px: int
    height_px: int

    @property
    def sha256(self) -> str:
        """Return what a company and its tickets name the logo by, in hex."""
        return hashlib.sha256(self.png).hexdigest()
